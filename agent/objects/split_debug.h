// Whether debug information goes on in files of other names.
#pragma once

struct Dwarf;

namespace sockwarden {

/// Whether a unit is only the skeleton of one in a .dwo file. libdw would open that file by the name in the unit: a
/// FIFO or a device, where somebody wants that.
[[nodiscard]] bool is_split(Dwarf* debug);

}  // namespace sockwarden
