#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace sockwarden {

/// Names and bcrypt hashes. Passwords found right are remembered as keyed digests, because bcrypt is slow on purpose.
/// One check runs at a time: a flood of wrong passwords costs one CPU at the most.
class BasicAuth {
 public:
  explicit BasicAuth(std::map<std::string, std::string> users);

  /// Without users everyone is let in.
  [[nodiscard]] bool required() const { return !users_.empty(); }
  [[nodiscard]] bool allows(const std::string& user, const std::string& password);

 private:
  using Digest = std::array<std::uint8_t, 32>;
  [[nodiscard]] Digest digest_of(const std::string& user, const std::string& password) const;

  std::map<std::string, std::string> users_;
  Digest key_{};
  std::mutex mutex_;
  std::set<Digest> verified_;
};

}  // namespace sockwarden
