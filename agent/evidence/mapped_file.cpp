#include "agent/evidence/mapped_file.h"

#include <cinttypes>
#include <cstdio>

namespace sockwarden {

std::optional<MappedFile> find_mapped_file(std::string_view maps, std::uint64_t address) {
  while (!maps.empty()) {
    const auto length = maps.find('\n');
    const std::string line(maps.substr(0, length));
    maps.remove_prefix(length == maps.npos ? maps.size() : length + 1);
    std::uint64_t begin = 0, end = 0, offset = 0;
    int path_at = 0;
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*u %n", &begin, &end, &offset,
                    &path_at) != 3) {
      continue;
    }
    if (address < begin || address >= end) continue;
    // A file that was replaced since is named so, and no other may be read in its place.
    auto path = line.substr(static_cast<std::size_t>(path_at));
    if (path.empty() || path.front() != '/' || path.ends_with(" (deleted)")) return std::nullopt;
    return MappedFile{std::move(path), offset + address - begin};
  }
  return std::nullopt;
}

}  // namespace sockwarden
