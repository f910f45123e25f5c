// CPython: recognised, and not yet asked. Its tasks are threads; coroutines and the timers of their loops are unknown,
// so that a loop that waits with a limit is never proven.
#pragma once

#include <string_view>

#include "agent/runtimes/object_file.h"
#include "agent/runtimes/runtime.h"

namespace sockwarden {

class PythonRuntime : public Runtime {
 public:
  /// In the interpreter itself or in libpython: both export the interface that extensions are built against.
  static constexpr std::string_view symbol = "Py_Main";
  [[nodiscard]] static bool is_in(const ObjectFile& object) { return object.exports(symbol); }

  [[nodiscard]] RuntimeKind kind() const override { return RuntimeKind::python; }
};

}  // namespace sockwarden
