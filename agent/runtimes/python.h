// CPython. Its tasks are threads, of which it tells where they stand; coroutines and the timers of their loops are
// unknown, so that a loop that waits with a limit is never proven.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/runtimes/object_file.h"
#include "agent/runtimes/object_files.h"
#include "agent/runtimes/runtime.h"

namespace sockwarden {

class PythonRuntime : public Runtime {
 public:
  /// In the interpreter itself or in libpython: both export the interface that extensions are built against.
  static constexpr std::string_view symbol = "Py_Main";
  [[nodiscard]] static std::vector<std::string_view> symbols();
  [[nodiscard]] static bool is_in(const ObjectFile& object) { return object.exports(symbol); }

  /// While it lives, it refers to `process`.
  PythonRuntime(ProcessView& process, ObjectFiles& objects) : process_(process), objects_(objects) {}

  [[nodiscard]] RuntimeKind kind() const override { return RuntimeKind::python; }
  [[nodiscard]] std::vector<std::string> frames(const Thread& thread) override;

 private:
  ProcessView& process_;
  ObjectFiles& objects_;
};

}  // namespace sockwarden
