#include "agent/proc/descriptor_numbers.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

namespace sockwarden {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

}  // namespace

std::unordered_map<std::uint32_t, std::uint64_t> read_descriptor_numbers() {
  std::unordered_map<std::uint32_t, std::uint64_t> numbers;
  const std::unique_ptr<DIR, CloseFolder> folder(opendir("/proc"));
  while (const dirent* entry = folder ? readdir(folder.get()) : nullptr) {
    std::uint32_t pid = 0;
    const char* const end = entry->d_name + std::strlen(entry->d_name);
    if (std::from_chars(entry->d_name, end, pid).ptr != end) continue;
    char path[32];
    struct stat about {};
    std::snprintf(path, sizeof(path), "%u/fd", pid);
    if (fstatat(dirfd(folder.get()), path, &about, 0) == 0 && about.st_size > 0)
      numbers.emplace(pid, static_cast<std::uint64_t>(about.st_size));
  }
  return numbers;
}

}  // namespace sockwarden
