// Which part of a scan could not be read, and why.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "agent/contract/error.h"

namespace sockwarden {

/// What a scan reads, one after the other. The names are values of the label `part`.
enum class ScanPart : std::uint8_t {
  descriptors,  ///< the pass over descriptors cannot begin, or their counts cannot be read
  live,         ///< the pass broke off: not every connection was looked at
  totals,
  losses,
  endings,  ///< connections that their owner has closed and that are not yet gone
};
inline constexpr std::array scan_parts{ScanPart::descriptors, ScanPart::live, ScanPart::totals, ScanPart::losses,
                                       ScanPart::endings};
[[nodiscard]] constexpr const char* name_of(ScanPart part) {
  constexpr std::array names{"descriptors", "live", "totals", "losses", "endings"};
  return names[static_cast<std::size_t>(part)];
}

/// Why a scan read nothing that may be believed.
struct ScanFailure {
  ScanPart part{};
  Error error;
};

}  // namespace sockwarden
