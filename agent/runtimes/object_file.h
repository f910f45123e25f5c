// What a mapped object file exports, as far as it tells which runtime it belongs to. ELF.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/proc/file_text.h"

namespace sockwarden {

/// A piece of an object file, by the addresses that its symbols have.
struct Extent {
  std::uint64_t begin = 0, bytes = 0;
  [[nodiscard]] bool holds(std::uint64_t address) const { return address >= begin && address - begin < bytes; }
};

class ObjectFile {
 public:
  /// Of the dynamic symbols, those that `wanted` names; nothing if this is no object file.
  [[nodiscard]] static std::optional<ObjectFile> read(OwnedFd file, const std::vector<std::string_view>& wanted);

  [[nodiscard]] bool exports(std::string_view name) const { return symbols_.contains(name); }
  [[nodiscard]] std::optional<Extent> symbol(std::string_view name) const;

  /// The address that this place in the file has for its symbols.
  [[nodiscard]] std::optional<std::uint64_t> address_of(std::uint64_t offset) const;

 private:
  struct Segment {
    std::uint64_t offset = 0, bytes = 0, address = 0;
  };
  std::map<std::string, Extent, std::less<>> symbols_;
  std::vector<Segment> segments_;
};

}  // namespace sockwarden
