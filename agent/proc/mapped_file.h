// /proc/PID/maps: which files' contents lie where. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sockwarden {

struct MappedFile {
  std::string path;
  std::uint64_t offset = 0;  ///< in the file, of the address
};

[[nodiscard]] std::optional<MappedFile> find_mapped_file(std::string_view maps, std::uint64_t address);

/// A file as it lies in memory, with all that is mapped of it one after the other.
struct MappedObject {
  std::string path;
  std::uint64_t begin = 0, end = 0;
  bool code = false;
};

/// Those with code, in the order of their addresses.
[[nodiscard]] std::vector<MappedObject> mapped_objects(std::string_view maps);

/// Paths of the files whose code is mapped, each once, in the order of their addresses.
[[nodiscard]] std::vector<std::string> files_with_code(std::string_view maps);

}  // namespace sockwarden
