// Which language and which client libraries a program shows by what its mapped files export. Pure.
#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "agent/contract/program_family.h"

namespace sockwarden {

/// The exported symbols by which languages and libraries are known.
[[nodiscard]] std::vector<std::string_view> family_symbols();

/// `exported`: those of them that a mapped file exports. Native is a program in which no runtime shows.
[[nodiscard]] ProgramFamily family_of(const std::set<std::string_view>& exported);

}  // namespace sockwarden
