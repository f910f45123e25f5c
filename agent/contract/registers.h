// Where a thread stands: what its stack is unwound from.
#pragma once

#include <array>
#include <cstdint>

namespace sockwarden {

/// Of x86-64, in DWARF's order (System V ABI, figure 3.36): 7 is the stack pointer, 16 the return address.
using Registers = std::array<std::uint64_t, 17>;

}  // namespace sockwarden
