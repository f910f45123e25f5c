#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace sockwarden {

/// Names and bcrypt hashes. Passwords found right are remembered as keyed digests, because bcrypt is slow on purpose.
class BasicAuth {
 public:
  explicit BasicAuth(std::map<std::string, std::string> users);

  /// Without users everyone is let in.
  [[nodiscard]] bool required() const { return !users_.empty(); }

  /// At once: whether these were found right before.
  [[nodiscard]] bool remembers(const std::string& user, const std::string& password) const;

  /// Slow, and as slow for every name and password, known or not: as the most costly hash among them.
  [[nodiscard]] bool allows(const std::string& user, const std::string& password);

 private:
  using Digest = std::array<std::uint8_t, 32>;
  [[nodiscard]] Digest digest_of(const std::string& user, const std::string& password) const;

  std::map<std::string, std::string> users_;
  unsigned highest_cost_ = 0;
  Digest key_{};
  mutable std::mutex mutex_;  ///< of what follows; not held while a password is checked
  std::set<Digest> verified_;
};

}  // namespace sockwarden
