// Ruby's own VM: recognised by what it exports. Its tasks are threads; it interrupts those that wait by SIGVTALRM, for
// which it has a POSIX timer. It catches SIGALRM whatever the program does, which has no call for an alarm.
#pragma once

#include <string_view>

#include "agent/runtimes/object_file.h"
#include "agent/runtimes/runtime.h"

namespace sockwarden {

class RubyRuntime : public Runtime {
 public:
  /// In the interpreter itself or in libruby: by this a program runs one.
  static constexpr std::string_view symbol = "ruby_run_node";
  [[nodiscard]] static bool is_in(const ObjectFile& object) { return object.exports(symbol); }

  [[nodiscard]] RuntimeKind kind() const override { return RuntimeKind::ruby; }
  [[nodiscard]] OwnSignals own_signals() const override { return OwnSignals::interrupts; }
  /// Timeout.timeout() sleeps in a thread of its own, then raises in the one that waits.
  [[nodiscard]] bool interrupts_calls() const override { return true; }
};

}  // namespace sockwarden
