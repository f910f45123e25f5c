#include "agent/evidence/go_elf.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>

#include <map>
#include <string_view>

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

std::optional<PollDescLayout> layout_of(Dwarf_Die* structure) {
  std::map<std::string_view, std::uint32_t> offsets;
  Dwarf_Die member;
  if (dwarf_child(structure, &member) != 0) return std::nullopt;
  do {
    const char* name = dwarf_diename(&member);
    if (dwarf_tag(&member) != DW_TAG_member || name == nullptr) continue;
    if (const auto offset = offset_of(&member)) offsets[name] = static_cast<std::uint32_t>(*offset);
  } while (dwarf_siblingof(&member, &member) == 0);
  for (const auto* needed : {"fd", "rd", "wd", "self"}) {
    if (!offsets.contains(needed)) return std::nullopt;
  }
  return PollDescLayout{offsets["fd"], offsets["rd"], offsets["wd"], offsets["self"]};
}

std::optional<PollDescLayout> search(Dwarf* dwarf) {
  Dwarf_CU* unit = nullptr;
  Dwarf_Die root, child;
  std::uint8_t kind = 0;
  while (dwarf_get_units(dwarf, unit, &unit, nullptr, &kind, &root, nullptr) == 0) {
    if (dwarf_child(&root, &child) != 0) continue;
    do {
      const auto tag = dwarf_tag(&child);
      if (tag != DW_TAG_structure_type) continue;
      const char* name = dwarf_diename(&child);
      if (name != nullptr && std::string_view(name) == "runtime.pollDesc") return layout_of(&child);
    } while (dwarf_siblingof(&child, &child) == 0);
  }
  return std::nullopt;
}

}  // namespace

void GoElf::End::operator()(Elf* elf) const { elf_end(elf); }

std::optional<GoElf> GoElf::open(const std::string& path) {
  OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || elf_version(EV_CURRENT) == EV_NONE) return std::nullopt;
  Elf* elf = elf_begin(file.get(), ELF_C_READ_MMAP, nullptr);
  if (elf == nullptr) return std::nullopt;
  GoElf opened(std::move(file), elf);
  if (elf_kind(elf) != ELF_K_ELF) return std::nullopt;
  return opened;
}

std::optional<std::string> GoElf::build_info() const {
  constexpr std::size_t most = 4096;
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf_.get(), &names) != 0) return std::nullopt;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf_.get(), section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    const char* name = elf_strptr(elf_.get(), names, header.sh_name);
    if (name == nullptr || std::string_view(name) != ".go.buildinfo") continue;
    const Elf_Data* data = elf_rawdata(section, nullptr);
    if (data == nullptr || data->d_buf == nullptr) return std::string();
    return std::string(static_cast<const char*>(data->d_buf), std::min<std::size_t>(data->d_size, most));
  }
  return std::nullopt;
}

std::optional<PollDescLayout> GoElf::poll_desc(std::uint64_t most_bytes) const {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf_.get(), &names) != 0) return std::nullopt;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf_.get(), section)) != nullptr) {
    GElf_Shdr header;
    GElf_Chdr compression;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    const char* name = elf_strptr(elf_.get(), names, header.sh_name);
    if (name == nullptr || std::string_view(name) != ".debug_info") continue;
    const bool compressed = (header.sh_flags & SHF_COMPRESSED) != 0 && gelf_getchdr(section, &compression) != nullptr;
    if ((compressed ? compression.ch_size : header.sh_size) > most_bytes) return std::nullopt;
  }
  Dwarf* dwarf = dwarf_begin_elf(elf_.get(), DWARF_C_READ, nullptr);
  if (dwarf == nullptr) return std::nullopt;
  auto layout = search(dwarf);
  dwarf_end(dwarf);
  return layout;
}

}  // namespace sockwarden
