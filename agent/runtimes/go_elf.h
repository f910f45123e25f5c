// libelf and libdw behind two questions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/objects/object_image.h"
#include "agent/runtimes/go_binary.h"

namespace sockwarden {

class GoElf {
 public:
  [[nodiscard]] static std::optional<GoElf> open(OwnedFd file);

  /// The contents of .go.buildinfo; nothing if this is no Go program.
  [[nodiscard]] std::optional<std::string> build_info() const;

  /// Nothing where it cannot be found.
  [[nodiscard]] std::optional<GoModule> module(int minor) const;

  struct RuntimeLayouts {
    std::optional<PollDescLayout> poll_desc;
    std::optional<TimerHeapLayout> timer_heaps;
  };
  /// What DWARF tells, unless there is none or it may not be read.
  [[nodiscard]] RuntimeLayouts runtime_layouts() const;

 private:
  explicit GoElf(ObjectImage image) : image_(std::move(image)) {}
  struct Section {
    std::uint64_t address = 0, offset = 0, size = 0;
  };
  [[nodiscard]] std::optional<Section> section(std::string_view name) const;
  [[nodiscard]] std::string contents(const Section& section, std::size_t most) const;
  /// Whether it is loaded where it says, so that its addresses are those of its process.
  [[nodiscard]] bool is_at_home() const;

  ObjectImage image_;
};

}  // namespace sockwarden
