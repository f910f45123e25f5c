// Names for the addresses of a process's code: "main.fetch orders.go:41". By elfutils' libdwfl, from the files that the
// process has mapped; nothing is read from the process itself.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Dwfl;

namespace sockwarden {

class Symbolizer {
 public:
  /// Innermost first. An address without a name shows as "0x… module", or "0x…". Empty if the process is gone.
  [[nodiscard]] std::vector<std::string> frames(std::uint32_t pid, const std::vector<std::uint64_t>& addresses);

  /// Drops what was kept of processes; call it once a round, so that the mappings of the next one are fresh.
  void forget() { sessions_.clear(); }

 private:
  struct End {
    void operator()(Dwfl* session) const;
  };
  using Session = std::unique_ptr<Dwfl, End>;
  static Session open(std::uint32_t pid);

  std::map<std::uint32_t, Session> sessions_;
};

}  // namespace sockwarden
