#include "agent/objects/die_names.h"

#include <dwarf.h>
#include <gelf.h>

#include <functional>

namespace sockwarden {

DieNames::DieNames(Elf* elf) {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    const char* text = gelf_getshdr(section, &header) != nullptr ? elf_strptr(elf, names, header.sh_name) : nullptr;
    const std::string_view name = text == nullptr ? "" : text;
    if (!name.starts_with(".debug_") && !name.starts_with(".zdebug_")) continue;
    const Elf_Data* data = elf_rawdata(section, nullptr);  // unpacked by now
    if (data != nullptr && data->d_buf != nullptr)
      sections_.emplace_back(static_cast<const char*>(data->d_buf), data->d_size);
  }
}

std::optional<std::string_view> DieNames::of(Dwarf_Die* entry) const {
  Dwarf_Attribute attribute;
  if (dwarf_attr(entry, DW_AT_name, &attribute) == nullptr) return std::nullopt;
  const char* name = dwarf_formstring(&attribute);
  if (name == nullptr) return std::nullopt;
  for (const std::string_view section : sections_) {
    if (std::less<>()(name, section.data()) || !std::less<>()(name, section.data() + section.size())) continue;
    const auto begin = static_cast<std::size_t>(name - section.data());
    const auto end = section.find('\0', begin);
    return end == section.npos ? std::nullopt : std::optional(section.substr(begin, end - begin));
  }
  return std::nullopt;
}

}  // namespace sockwarden
