#include "agent/objects/split_debug.h"

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <cstdint>

namespace sockwarden {

bool is_split(Dwarf* debug) {
  Dwarf_CU* unit = nullptr;
  Dwarf_Die root;
  std::uint8_t kind = 0;
  while (dwarf_get_units(debug, unit, &unit, nullptr, &kind, &root, nullptr) == 0) {
    if (kind == DW_UT_skeleton || kind == DW_UT_split_compile) return true;
    if (dwarf_hasattr(&root, DW_AT_GNU_dwo_name) != 0 || dwarf_hasattr(&root, DW_AT_dwo_name) != 0) return true;
  }
  return false;
}

}  // namespace sockwarden
