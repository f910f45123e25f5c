// What one Model hands to the next: sums of what is gone and the values last published.
#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "agent/model/model.h"
#include "agent/model/totals.h"

namespace sockwarden {

/// Sums that outlive their kernel rows, and the floor below which no later value may fall: a connection that closes
/// between the read of the sockets and the read of the totals is seen twice or not at all for one scan.
struct Carried {
  sw_totals gone{};
  sw_totals published{};
};

struct RoleKey {
  std::uint32_t identity = 0;  ///< index of Model::Memory::identities
  std::uint8_t role = 0;
  auto operator<=>(const RoleKey&) const = default;
};

struct RoleCarried {
  Carried totals;
  Carried other;  ///< endpoints without a row of their own
  Histograms gone_histograms{};
  Histograms published_histograms{};
  Histograms shown_elsewhere{};  ///< part of the published ones that is shown in comm "other"
  bool has_histograms = false;   ///< the rest is shown by itself
};

struct EndpointKey {
  RoleKey role;
  Address address;
  auto operator<=>(const EndpointKey&) const = default;
};

struct EndpointCarried {
  Carried totals;
  Instant changed{};
  std::uint64_t live = 0;  ///< connections now
};

/// Options without a name by level and number; those with one have level `named_option_level`.
struct OptionKey {
  std::uint32_t identity = 0;
  std::uint32_t level = 0;
  std::uint32_t name = 0;
  auto operator<=>(const OptionKey&) const = default;
};
inline constexpr std::uint32_t named_option_level = ~0U;

struct OptionCarried {
  std::uint64_t gone = 0;
  std::uint64_t published = 0;
};

struct IdentityState {
  std::uint32_t index = 0;
  Instant changed{};
};

struct Model::Memory {
  std::map<Identity, IdentityState> identities;
  std::uint32_t next_identity = 0;
  std::uint64_t folded_identities = 0;
  std::map<RoleKey, RoleCarried> roles;
  std::map<EndpointKey, EndpointCarried> endpoints;  ///< those with a row
  std::set<EndpointKey> folded;                      ///< those without, while the kernel has them
  std::map<OptionKey, OptionCarried> options;
  /// Endpoints of no process: what was last read, and how much of it went to an owner instead.
  std::map<std::pair<std::uint8_t, Address>, sw_totals> unattributed;
  std::array<sw_totals, SW_ROLE_COUNT> attributed{};
};

}  // namespace sockwarden
