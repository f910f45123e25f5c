// libelf and libdw behind two questions.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "agent/objects/object_image.h"
#include "agent/runtimes/go_binary.h"

namespace sockwarden {

class GoElf {
 public:
  [[nodiscard]] static std::optional<GoElf> open(OwnedFd file);

  /// The contents of .go.buildinfo; nothing if this is no Go program.
  [[nodiscard]] std::optional<std::string> build_info() const;

  struct RuntimeLayouts {
    std::optional<PollDescLayout> poll_desc;
    std::optional<TimerHeapLayout> timer_heaps;
  };
  /// What DWARF tells, unless there is none or it may not be read.
  [[nodiscard]] RuntimeLayouts runtime_layouts() const;

 private:
  explicit GoElf(ObjectImage image) : image_(std::move(image)) {}
  ObjectImage image_;
};

}  // namespace sockwarden
