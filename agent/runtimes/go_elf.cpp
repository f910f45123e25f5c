#include "agent/runtimes/go_elf.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "agent/objects/die_names.h"
#include "agent/objects/split_debug.h"

namespace sockwarden {
namespace {

std::optional<std::uint64_t> offset_of(Dwarf_Die* member) {
  Dwarf_Attribute attribute;
  Dwarf_Word offset = 0;
  if (dwarf_attr(member, DW_AT_data_member_location, &attribute) == nullptr) return std::nullopt;
  if (dwarf_formudata(&attribute, &offset) == 0) return offset;
  // Older compilers write an expression: add this much.
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (dwarf_getlocation(&attribute, &operations, &count) != 0 || count != 1) return std::nullopt;
  return operations[0].atom == DW_OP_plus_uconst ? std::optional<std::uint64_t>(operations[0].number) : std::nullopt;
}

using Offsets = std::map<std::string, std::uint32_t, std::less<>>;

Offsets offsets_of(Dwarf_Die* structure, const DieNames& names) {
  Offsets offsets;
  Dwarf_Die member;
  if (dwarf_child(structure, &member) != 0) return offsets;
  do {
    const auto name = dwarf_tag(&member) == DW_TAG_member ? names.of(&member) : std::nullopt;
    if (!name) continue;
    if (const auto offset = offset_of(&member)) offsets[std::string(*name)] = static_cast<std::uint32_t>(*offset);
  } while (dwarf_siblingof(&member, &member) == 0);
  return offsets;
}

std::optional<std::uint64_t> address_of(Dwarf_Die* variable) {
  Dwarf_Attribute attribute;
  Dwarf_Block expression{};
  if (dwarf_attr(variable, DW_AT_location, &attribute) == nullptr) return std::nullopt;
  if (dwarf_formblock(&attribute, &expression) != 0) return std::nullopt;
  std::uint64_t address = 0;
  if (expression.length != 1 + sizeof(address) || expression.data[0] != DW_OP_addr) return std::nullopt;
  std::memcpy(&address, expression.data + 1, sizeof(address));
  return address;
}

/// Structures and variables of the runtime, by name.
struct Found {
  std::map<std::string, Offsets, std::less<>> structures{
      {"runtime.pollDesc", {}}, {"runtime.p", {}}, {"runtime.timer", {}}};
  std::map<std::string, std::uint64_t, std::less<>> variables{{"runtime.allp", 0}, {"runtime.epfd", 0}};

  void take(Dwarf_Die* entry, const DieNames& names) {
    const auto name = names.of(entry);
    if (!name) return;
    if (const auto known = structures.find(*name);
        known != structures.end() && dwarf_tag(entry) == DW_TAG_structure_type) {
      known->second = offsets_of(entry, names);
    } else if (const auto wanted = variables.find(*name);
               wanted != variables.end() && dwarf_tag(entry) == DW_TAG_variable) {
      wanted->second = address_of(entry).value_or(0);
    }
  }
};

bool is_interesting(Dwarf_Die* entry) {
  return dwarf_tag(entry) == DW_TAG_structure_type || dwarf_tag(entry) == DW_TAG_variable;
}

Found search(Dwarf* dwarf) {
  Found found;
  const DieNames names(dwarf_getelf(dwarf));
  Dwarf_CU* unit = nullptr;
  Dwarf_Die root, child;
  std::uint8_t kind = 0;
  while (dwarf_get_units(dwarf, unit, &unit, nullptr, &kind, &root, nullptr) == 0) {
    if (dwarf_child(&root, &child) != 0) continue;
    do {
      if (is_interesting(&child)) found.take(&child, names);
    } while (dwarf_siblingof(&child, &child) == 0);
  }
  return found;
}

bool has(const Offsets& offsets, std::initializer_list<std::string_view> names) {
  return std::all_of(names.begin(), names.end(), [&](std::string_view name) { return offsets.contains(name); });
}

std::optional<PollDescLayout> poll_desc_in(const Found& found) {
  const Offsets& members = found.structures.at("runtime.pollDesc");
  if (!has(members, {"fd", "rd", "wd", "rg", "self"})) return std::nullopt;
  return PollDescLayout{members.at("fd"), members.at("rd"), members.at("wd"), members.at("rg"), members.at("self")};
}

std::optional<TimerHeapLayout> timer_heaps_in(const Found& found) {
  const Offsets& processor = found.structures.at("runtime.p");
  const Offsets& timer = found.structures.at("runtime.timer");
  TimerHeapLayout layout;
  layout.processors = found.variables.at("runtime.allp");
  layout.poller = found.variables.at("runtime.epfd");
  if (layout.processors == 0 || layout.poller == 0) return std::nullopt;
  if (!has(processor, {"id", "timers", "numTimers", "deletedTimers"}) || !has(timer, {"pp", "status", "when"})) {
    return std::nullopt;  // timers were rewritten in 1.23
  }
  layout.id = processor.at("id");
  layout.timers = processor.at("timers");
  layout.timer_processor = timer.at("pp");
  layout.timer_status = timer.at("status");
  layout.timer_when = timer.at("when");
  return layout;
}

}  // namespace

std::optional<GoElf> GoElf::open(OwnedFd file) {
  auto image = ObjectImage::open(std::move(file));
  if (!image) return std::nullopt;
  return GoElf(std::move(*image));
}

std::optional<GoElf::Section> GoElf::section(std::string_view name) const {
  std::size_t names = 0;
  if (elf_getshdrstrndx(image_.elf(), &names) != 0) return std::nullopt;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(image_.elf(), section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    const char* found = elf_strptr(image_.elf(), names, header.sh_name);
    if (found != nullptr && name == found) return Section{header.sh_addr, header.sh_offset, header.sh_size};
  }
  return std::nullopt;
}

std::string GoElf::contents(const Section& section, std::size_t most) const {
  return image_.read(section.offset, std::min<std::uint64_t>(section.size, most));
}

bool GoElf::is_at_home() const {
  GElf_Ehdr file;
  return gelf_getehdr(image_.elf(), &file) != nullptr && file.e_type == ET_EXEC;
}

std::optional<std::string> GoElf::build_info() const {
  constexpr std::size_t most = 4096;
  const auto found = section(".go.buildinfo");
  return found ? std::optional(contents(*found, most)) : std::nullopt;
}

std::optional<GoModule> GoElf::module(int minor) const {
  constexpr std::size_t header_bytes = 72, most = 16 << 20;
  const auto names = section(".gopclntab");
  if (!names || !is_at_home()) return std::nullopt;
  const auto name_text = offset_of_names(contents(*names, header_bytes));
  if (!name_text) return std::nullopt;
  for (const auto* where : {".go.module", ".noptrdata", ".data"}) {
    const auto data = section(where);
    if (!data) continue;
    if (auto module = find_module(contents(*data, most), names->address, names->address + *name_text, minor))
      return module;
  }
  return std::nullopt;
}

GoElf::RuntimeLayouts GoElf::runtime_layouts() const {
  if (!image_.has_readable_debug()) return {};
  Dwarf* dwarf = dwarf_begin_elf(image_.elf(), DWARF_C_READ, nullptr);
  if (dwarf == nullptr) return {};
  const Found found = is_split(dwarf) ? Found() : search(dwarf);
  dwarf_end(dwarf);
  // Variables of what is loaded elsewhere than it says would have to be looked for.
  return {poll_desc_in(found), is_at_home() ? timer_heaps_in(found) : std::nullopt};
}

}  // namespace sockwarden
