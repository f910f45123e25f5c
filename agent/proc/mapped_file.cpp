#include "agent/proc/mapped_file.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>

namespace sockwarden {
namespace {

constexpr std::size_t most_files = 1024, most_objects = 4096;

struct Mapping {
  std::uint64_t begin = 0, end = 0, offset = 0;
  bool code = false;
  std::string path;  ///< empty: no file, or one that was replaced since, in whose place no other may be read
};

/// /proc/PID/maps writes a newline as "\012", and a backslash as itself: a name with those four characters is taken for
/// one with a newline. Whoever has such a name goes without symbols.
std::string unescaped(std::string path) {
  constexpr std::string_view newline = "\\012";
  for (auto at = path.find(newline); at != path.npos; at = path.find(newline, at + 1))
    path.replace(at, newline.size(), 1, '\n');
  return path;
}

/// The first of these lines, which is taken off.
std::optional<Mapping> next_mapping(std::string_view& maps) {
  while (!maps.empty()) {
    const auto length = maps.find('\n');
    const std::string line(maps.substr(0, length));
    maps.remove_prefix(length == maps.npos ? maps.size() : length + 1);
    Mapping mapping;
    std::array<char, 5> permissions{};
    int path_at = 0;
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*s %*u %n", &mapping.begin, &mapping.end,
                    permissions.data(), &mapping.offset, &path_at) != 4) {
      continue;
    }
    mapping.code = permissions[2] == 'x';
    auto path = line.substr(static_cast<std::size_t>(path_at));
    if (path.starts_with('/') && !path.ends_with(" (deleted)")) mapping.path = unescaped(std::move(path));
    return mapping;
  }
  return std::nullopt;
}

}  // namespace

std::optional<MappedFile> find_mapped_file(std::string_view maps, std::uint64_t address) {
  while (auto mapping = next_mapping(maps)) {
    if (address < mapping->begin || address >= mapping->end) continue;
    if (mapping->path.empty()) return std::nullopt;
    return MappedFile{std::move(mapping->path), mapping->offset + address - mapping->begin};
  }
  return std::nullopt;
}

std::vector<MappedObject> mapped_objects(std::string_view maps) {
  std::vector<MappedObject> objects;
  while (auto mapping = next_mapping(maps)) {
    if (mapping->path.empty()) continue;
    if (!objects.empty() && objects.back().path == mapping->path) {
      objects.back().end = mapping->end;
      objects.back().code = objects.back().code || mapping->code;
    } else if (objects.size() < most_objects) {
      objects.push_back({std::move(mapping->path), mapping->begin, mapping->end, mapping->code});
    }
  }
  std::erase_if(objects, [](const MappedObject& object) { return !object.code; });
  return objects;
}

std::vector<std::string> files_with_code(std::string_view maps) {
  std::vector<std::string> paths;
  while (auto mapping = next_mapping(maps)) {
    if (!mapping->code || mapping->path.empty() || paths.size() == most_files) continue;
    if (std::find(paths.begin(), paths.end(), mapping->path) == paths.end()) paths.push_back(std::move(mapping->path));
  }
  return paths;
}

}  // namespace sockwarden
