// The names of entries of debug information. In a hostile file one may have no end within its section, which libdw does
// not look after.
#pragma once

#include <elfutils/libdw.h>

#include <optional>
#include <string_view>
#include <vector>

namespace sockwarden {

class DieNames {
 public:
  /// Of a file that libdw has opened.
  explicit DieNames(Elf* elf);

  /// Nothing where it has none, or one that goes on beyond its section.
  [[nodiscard]] std::optional<std::string_view> of(Dwarf_Die* entry) const;

 private:
  std::vector<std::string_view> sections_;
};

}  // namespace sockwarden
