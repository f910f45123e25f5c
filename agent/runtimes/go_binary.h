// What a Go program's executable tells of its runtime: the release and where a network descriptor keeps its deadlines.
// The only place with ELF and DWARF.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/proc/file_text.h"
#include "agent/runtimes/go_module.h"

namespace sockwarden {

/// Offsets in the runtime's pollDesc (src/runtime/netpoll.go).
struct PollDescLayout {
  std::uint32_t fd = 0;
  std::uint32_t read_deadline = 0;
  std::uint32_t write_deadline = 0;
  std::uint32_t reader = 0;  ///< rg: the goroutine that waits for bytes
  std::uint32_t self = 0;    ///< a pointer to the pollDesc itself: proves that the other offsets are right
  bool operator==(const PollDescLayout&) const = default;
};

/// Where the scheduler keeps its timers (src/runtime/runtime2.go and time.go, 1.14 to 1.22): addresses of variables,
/// and offsets in runtime.p and runtime.timer.
struct TimerHeapLayout {
  std::uint64_t processors = 0;  ///< runtime.allp
  std::uint64_t poller = 0;      ///< runtime.epfd
  std::uint32_t id = 0, timers = 0;
  std::uint32_t timer_processor = 0, timer_status = 0, timer_when = 0;
};

struct GoBinary {
  std::string release;                  ///< "go1.19.8"; empty if the build information does not say
  std::vector<PollDescLayout> layouts;  ///< candidates; empty = an unknown release without DWARF
  bool from_dwarf = false;
  std::optional<TimerHeapLayout> timer_heaps;  ///< only from DWARF
  std::string module_path;                     ///< of the module that it was built of, where it says
  std::optional<GoModule> module;              ///< not of one that is loaded elsewhere than it says (PIE)
};

/// Reads an executable; nothing if it is no Go program.
[[nodiscard]] std::optional<GoBinary> read_go_binary(OwnedFd file);

/// Layouts of a release, from its sources; empty if it is not known.
[[nodiscard]] std::vector<PollDescLayout> known_layouts(std::string_view release);

/// The release in the contents of a .go.buildinfo section; empty if it is of the older form, a pointer.
[[nodiscard]] std::string release_in_build_info(std::string_view section);

/// The main module's path, in the same section; empty where it does not say.
[[nodiscard]] std::string module_path_in_build_info(std::string_view section);

/// The pointer that epoll gives back: as it is, or shifted beside a counter (src/runtime/tagptr_64bit.go).
[[nodiscard]] std::vector<std::uint64_t> poll_desc_addresses(std::uint64_t epoll_data);

}  // namespace sockwarden
