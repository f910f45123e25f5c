// Timers by which a JavaScript engine keeps its own house: they run no code of the program, so they end none of its
// waits.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "agent/evidence/process_view.h"
#include "agent/evidence/uv_loop.h"
#include "agent/evidence/v8_platform.h"

namespace sockwarden {

/// Keeps what was read of object files.
class V8Timers {
 public:
  /// Whether the thread waits in a libuv loop all of whose pending timers are housekeeping.
  [[nodiscard]] bool are_all(const ProcessView& process, const ProcessView::Thread& thread);

 private:
  using FileKey = std::tuple<std::uint64_t, std::uint64_t, std::int64_t>;  // device, inode, change
  [[nodiscard]] const V8Platform* platform_of(const std::string& path);
  [[nodiscard]] bool is_housekeeping(const ProcessView& process, const UvTimer& timer);

  std::map<FileKey, std::optional<V8Platform>> files_;
};

}  // namespace sockwarden
