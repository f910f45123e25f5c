// What an object file with Node's V8 platform (src/node_platform.cc) tells of the engine's own timers. ELF.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sockwarden {

/// A piece of an object file, by the addresses that its symbols have.
struct Extent {
  std::uint64_t begin = 0, bytes = 0;
  [[nodiscard]] bool holds(std::uint64_t address) const { return address >= begin && address - begin < bytes; }
};

struct V8Platform {
  Extent worker_callback;           ///< of timers for tasks on V8's own threads, where none of the program's code runs
  Extent foreground_callback;       ///< of timers for tasks on the program's thread
  std::vector<Extent> collections;  ///< virtual tables of those tasks that only collect garbage

  struct Segment {
    std::uint64_t offset = 0, bytes = 0, address = 0;
  };
  std::vector<Segment> segments;

  /// The address that this place in the file has for its symbols.
  [[nodiscard]] std::optional<std::uint64_t> address_of(std::uint64_t offset) const;
};

/// From the dynamic symbols; nothing if it is no such file.
[[nodiscard]] std::optional<V8Platform> read_v8_platform(const std::string& path);

}  // namespace sockwarden
