// Node: V8 and libuv. V8 sets timers in the program's loop by which it keeps its own house: they run no code of the
// program, so they end none of its waits.
#pragma once

#include <string_view>
#include <vector>

#include "agent/proc/process_view.h"
#include "agent/runtimes/object_file.h"
#include "agent/runtimes/object_files.h"
#include "agent/runtimes/runtime.h"
#include "agent/runtimes/uv_loop.h"

namespace sockwarden {

class V8Runtime : public Runtime {
 public:
  /// Names of Node's V8 platform (src/node_platform.cc).
  [[nodiscard]] static std::vector<std::string_view> symbols();
  [[nodiscard]] static bool is_in(const ObjectFile& object);

  V8Runtime(const ProcessView& process, ObjectFiles& objects) : process_(process), objects_(objects) {}

  [[nodiscard]] RuntimeKind kind() const override { return RuntimeKind::v8; }
  [[nodiscard]] RuntimeWords words() const override;
  [[nodiscard]] std::optional<TimerEffect> pending_timers(const Thread& thread) override;
  [[nodiscard]] bool hides_limits() override;

 private:
  [[nodiscard]] bool is_housekeeping(const UvTimer& timer);
  [[nodiscard]] TimerEffect effect_of_program(const UvTimer& timer);

  const ProcessView& process_;
  ObjectFiles& objects_;
};

}  // namespace sockwarden
