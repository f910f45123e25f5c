#include "agent/runtimes/object_file.h"

#include <gelf.h>

#include <algorithm>
#include <utility>

#include "agent/objects/object_image.h"

namespace sockwarden {
namespace {

/// Calls `visit` with each symbol that the file defines for others.
template <typename Visit>
void each_export(Elf* elf, const Visit& visit) {
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_DYNSYM || header.sh_entsize == 0) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
    GElf_Sym symbol;
    for (int at = 0; data != nullptr && at < count; ++at) {
      if (gelf_getsym(data, at, &symbol) == nullptr || symbol.st_shndx == SHN_UNDEF) continue;
      if (const char* name = elf_strptr(elf, header.sh_link, symbol.st_name)) visit(name, symbol);
    }
  }
}

/// Calls `visit` with each segment that is loaded.
template <typename Visit>
void each_load(Elf* elf, const Visit& visit) {
  std::size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return;
  for (std::size_t at = 0; at < count; ++at) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf, static_cast<int>(at), &segment) != nullptr && segment.p_type == PT_LOAD) visit(segment);
  }
}

}  // namespace

std::optional<ObjectFile> ObjectFile::read(OwnedFd file, const std::vector<std::string_view>& wanted) {
  const auto image = ObjectImage::open(std::move(file));
  if (!image) return std::nullopt;
  ObjectFile object;
  each_export(image->elf(), [&](std::string_view name, const GElf_Sym& symbol) {
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) return;
    object.symbols_.emplace(name, Extent{symbol.st_value, symbol.st_size});
  });
  each_load(image->elf(), [&](const GElf_Phdr& segment) {
    object.segments_.push_back({segment.p_offset, segment.p_filesz, segment.p_vaddr});
  });
  return object;
}

std::optional<Extent> ObjectFile::symbol(std::string_view name) const {
  const auto found = symbols_.find(name);
  return found == symbols_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint64_t> ObjectFile::address_of(std::uint64_t offset) const {
  for (const Segment& segment : segments_) {
    if (offset >= segment.offset && offset - segment.offset < segment.bytes) {
      return offset - segment.offset + segment.address;
    }
  }
  return std::nullopt;
}

}  // namespace sockwarden
