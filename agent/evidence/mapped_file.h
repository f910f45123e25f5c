// /proc/PID/maps: which file's contents lie at an address. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sockwarden {

struct MappedFile {
  std::string path;
  std::uint64_t offset = 0;  ///< in the file, of the address
};

[[nodiscard]] std::optional<MappedFile> find_mapped_file(std::string_view maps, std::uint64_t address);

}  // namespace sockwarden
