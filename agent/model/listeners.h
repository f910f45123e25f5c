// Who listens where: owns what nobody accepted.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "agent/model/model.h"

namespace sockwarden {

class Listeners {
 public:
  explicit Listeners(const std::vector<sw_connection>& live);

  /// Serial of the process that listens on this local address (or on any address) and port; 0 = nobody known.
  [[nodiscard]] std::uint32_t owner_of(const Address& local, std::uint32_t netns) const;
  /// The same where the namespace is not known: only if one process alone listens there.
  [[nodiscard]] std::uint32_t owner_of(const Address& local) const;

 private:
  std::map<std::tuple<std::uint32_t, Address>, std::uint32_t> by_namespace_;
  std::map<Address, std::set<std::uint32_t>> by_address_;
};

/// The addresses that a listener for `local` may have: itself, then the two wildcards.
[[nodiscard]] std::array<Address, 3> listening_addresses(const Address& local);

}  // namespace sockwarden
