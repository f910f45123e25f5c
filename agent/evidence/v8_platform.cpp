#include "agent/evidence/v8_platform.h"

#include <fcntl.h>
#include <gelf.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "agent/proc/file_text.h"

namespace sockwarden {
namespace {

constexpr std::string_view worker_callback =
    "_ZN4node23WorkerThreadsTaskRunner20DelayedTaskScheduler7RunTaskEP10uv_timer_s";
constexpr std::string_view foreground_callback = "_ZN4node22PerIsolatePlatformData17RunForegroundTaskEP10uv_timer_s";
constexpr std::array<std::string_view, 4> collections = {
    "_ZTVN2v88internal13MemoryReducer9TimerTaskE", "_ZTVN2v88internal21IncrementalMarkingJob4TaskE",
    "_ZTVN2v88internal10MinorGCJob4TaskE", "_ZTVN2v88internal11ScavengeJob4TaskE"};

void take_symbol(std::string_view name, const GElf_Sym& symbol, V8Platform& platform) {
  const Extent extent{symbol.st_value, symbol.st_size};
  if (name == worker_callback) platform.worker_callback = extent;
  if (name == foreground_callback) platform.foreground_callback = extent;
  if (std::find(collections.begin(), collections.end(), name) != collections.end()) {
    platform.collections.push_back(extent);
  }
}

void take_symbols(Elf* elf, V8Platform& platform) {
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_DYNSYM || header.sh_entsize == 0) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
    GElf_Sym symbol;
    for (int at = 0; data != nullptr && at < count; ++at) {
      if (gelf_getsym(data, at, &symbol) == nullptr || symbol.st_shndx == SHN_UNDEF) continue;
      if (const char* name = elf_strptr(elf, header.sh_link, symbol.st_name)) take_symbol(name, symbol, platform);
    }
  }
}

void take_segments(Elf* elf, V8Platform& platform) {
  std::size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return;
  for (std::size_t at = 0; at < count; ++at) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf, static_cast<int>(at), &segment) == nullptr || segment.p_type != PT_LOAD) continue;
    platform.segments.push_back({segment.p_offset, segment.p_filesz, segment.p_vaddr});
  }
}

}  // namespace

std::optional<std::uint64_t> V8Platform::address_of(std::uint64_t offset) const {
  for (const Segment& segment : segments) {
    if (offset >= segment.offset && offset - segment.offset < segment.bytes) {
      return offset - segment.offset + segment.address;
    }
  }
  return std::nullopt;
}

std::optional<V8Platform> read_v8_platform(const std::string& path) {
  const OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || elf_version(EV_CURRENT) == EV_NONE) return std::nullopt;
  const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_begin(file.get(), ELF_C_READ_MMAP, nullptr), elf_end);
  if (!elf || elf_kind(elf.get()) != ELF_K_ELF) return std::nullopt;
  V8Platform platform;
  take_symbols(elf.get(), platform);
  if (platform.worker_callback.bytes == 0 || platform.foreground_callback.bytes == 0) return std::nullopt;
  take_segments(elf.get(), platform);
  return platform;
}

}  // namespace sockwarden
