// libelf and libdw behind two questions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/proc/file_text.h"
#include "agent/runtimes/go_binary.h"

struct Elf;

namespace sockwarden {

class GoElf {
 public:
  [[nodiscard]] static std::optional<GoElf> open(const std::string& path);

  /// The contents of .go.buildinfo; nothing if this is no Go program.
  [[nodiscard]] std::optional<std::string> build_info() const;

  struct RuntimeLayouts {
    std::optional<PollDescLayout> poll_desc;
    std::optional<TimerHeapLayout> timer_heaps;
  };
  /// What DWARF tells, unless there is none or it is larger than `most_bytes`.
  [[nodiscard]] RuntimeLayouts runtime_layouts(std::uint64_t most_bytes) const;

 private:
  struct End {
    void operator()(Elf* elf) const;
  };
  GoElf(OwnedFd file, Elf* elf) : file_(std::move(file)), elf_(elf) {}
  OwnedFd file_;
  std::unique_ptr<Elf, End> elf_;
};

}  // namespace sockwarden
