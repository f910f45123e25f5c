// How full the kernel's tables are, and what memory they take.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/kernel/object.h"
#include "agent/sample/sample.h"

namespace sockwarden {

/// Every map that is in use, by name. `entries` are those that a scan has counted.
[[nodiscard]] std::vector<TableFill> map_fills(const Object& object,
                                               const std::map<std::string, std::uint64_t>& entries);

/// The memory of a map as the kernel tells it in /proc/self/fdinfo (before 6.4: of a full one); 0 where it does not.
[[nodiscard]] std::uint64_t memory_in(const std::string& fdinfo);

}  // namespace sockwarden
