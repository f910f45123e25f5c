#include "agent/objects/object_image.h"

#include <gelf.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace sockwarden {
namespace {

/// Chromium's symbols are 40 MB, the debug information of a large Go program is 100 MB.
constexpr std::uint64_t most_symbol_bytes = 64 << 20, most_debug_bytes = 128 << 20;
constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();

std::uint64_t sum(std::uint64_t left, std::uint64_t right) { return left > unknown - right ? unknown : left + right; }

template <typename Value>
bool read_at(int fd, std::uint64_t offset, Value& value) {
  return ::pread(fd, &value, sizeof(value), static_cast<off_t>(offset)) == static_cast<ssize_t>(sizeof(value));
}

/// What the section takes in memory, by its own word. Its header is read from the file: libelf would read all of it.
std::uint64_t unpacked_bytes(int fd, Elf* elf, const GElf_Shdr& section, std::string_view name) {
  if (section.sh_type == SHT_NOBITS) return 0;
  const bool wide = gelf_getclass(elf) == ELFCLASS64;
  if ((section.sh_flags & SHF_COMPRESSED) != 0) {
    Elf64_Chdr header{};
    Elf32_Chdr narrow{};
    if (wide ? !read_at(fd, section.sh_offset, header) : !read_at(fd, section.sh_offset, narrow)) return unknown;
    return sum(section.sh_size, wide ? header.ch_size : narrow.ch_size);
  }
  if (!name.starts_with(".zdebug")) return section.sh_size;
  std::array<unsigned char, 12> header{};  // "ZLIB", then the size, the highest byte first
  if (!read_at(fd, section.sh_offset, header)) return unknown;
  std::uint64_t bytes = 0;
  for (std::size_t at = 4; at < header.size(); ++at) bytes = bytes << 8 | header[at];
  return sum(section.sh_size, bytes);
}

struct Needs {
  std::uint64_t symbols = 0, debug = 0;
  bool names_other_files = false;
};

Needs needs_of(int fd, Elf* elf) {
  constexpr std::size_t most_sections = 100'000;
  std::size_t names = 0, count = 0;
  if (elf_getshdrnum(elf, &count) != 0 || count > most_sections || elf_getshdrstrndx(elf, &names) != 0)
    return {unknown, unknown, true};
  Needs needs;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) return {unknown, unknown, true};
    const char* text = elf_strptr(elf, names, header.sh_name);
    const std::string_view name = text == nullptr ? "" : text;
    const bool symbols = header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM || header.sh_type == SHT_STRTAB;
    const bool packed = (header.sh_flags & SHF_COMPRESSED) != 0;
    const bool debug = name.starts_with(".debug") || name.starts_with(".zdebug") || (packed && !symbols);
    if (symbols) needs.symbols = sum(needs.symbols, unpacked_bytes(fd, elf, header, name));
    if (debug) needs.debug = sum(needs.debug, unpacked_bytes(fd, elf, header, name));
    needs.names_other_files = needs.names_other_files || name == ".gnu_debugaltlink";
  }
  return needs;
}

}  // namespace

void ObjectImage::End::operator()(Elf* elf) const { elf_end(elf); }

std::optional<ObjectImage> ObjectImage::open(OwnedFd file) {
  if (!file || elf_version(EV_CURRENT) == EV_NONE) return std::nullopt;
  Elf* elf = elf_begin(file.get(), ELF_C_READ, nullptr);
  if (elf == nullptr) return std::nullopt;
  ObjectImage image(std::move(file), elf);
  if (elf_kind(elf) != ELF_K_ELF) return std::nullopt;
  const Needs needs = needs_of(image.file_.get(), elf);
  if (needs.symbols > most_symbol_bytes) return std::nullopt;
  image.readable_debug_ = needs.debug <= most_debug_bytes && !needs.names_other_files;
  return image;
}

std::string ObjectImage::read(std::uint64_t offset, std::size_t bytes) const {
  std::string text(bytes, '\0');
  const ssize_t got = ::pread(file_.get(), text.data(), text.size(), static_cast<off_t>(offset));
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

ObjectImage::Parts ObjectImage::release() && { return {file_.release(), elf_.release()}; }

}  // namespace sockwarden
