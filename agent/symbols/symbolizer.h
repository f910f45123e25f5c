// Names for the addresses of a process's code: "main.fetch orders.go:41". By elfutils' libdwfl, from the files that the
// process has mapped; of its memory only stacks are read, and only to unwind them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/contract/registers.h"

namespace sockwarden {

class Symbolizer {
 public:
  Symbolizer();
  ~Symbolizer();
  Symbolizer(const Symbolizer&) = delete;
  Symbolizer& operator=(const Symbolizer&) = delete;

  /// Innermost first. An address without a name shows as "0x… module", or "0x…". Empty if the process is gone, or is
  /// another one than started then (0 = any).
  [[nodiscard]] std::vector<std::string> frames(std::uint32_t pid, std::uint64_t start_ticks,
                                                const std::vector<std::uint64_t>& addresses);

  /// The stack that begins at these registers, by the call frame information of the files: what a thread that is
  /// blocked in a system call has called. Empty where it can't be followed to its end, as through code that was made at
  /// run time.
  [[nodiscard]] std::vector<std::string> unwind(std::uint32_t pid, std::uint64_t start_ticks,
                                                const Registers& registers);

  /// Drops what was kept of processes, so that their mappings are fresh the next time.
  void forget();

 private:
  class Session;
  std::map<std::uint32_t, std::unique_ptr<Session>> sessions_;
};

}  // namespace sockwarden
