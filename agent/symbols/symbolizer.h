// Names for the addresses of a process's code: "main.fetch orders.go:41". By elfutils' libdwfl, from the files that the
// process has mapped; its memory is not read.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

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

  /// Drops what was kept of processes, so that their mappings are fresh the next time.
  void forget();

 private:
  class Session;
  std::map<std::uint32_t, std::unique_ptr<Session>> sessions_;
};

}  // namespace sockwarden
