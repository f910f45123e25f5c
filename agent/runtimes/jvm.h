// The Java VM: recognised, and not yet asked. Its own threads wait in futexes with limits and cannot yet be told from
// the program's timers, so that an event loop of such a process is never proven.
#pragma once

#include <string_view>

#include "agent/runtimes/object_file.h"
#include "agent/runtimes/runtime.h"

namespace sockwarden {

class JvmRuntime : public Runtime {
 public:
  /// By this every launcher starts the VM.
  static constexpr std::string_view symbol = "JNI_CreateJavaVM";
  [[nodiscard]] static bool is_in(const ObjectFile& object) { return object.exports(symbol); }

  [[nodiscard]] RuntimeKind kind() const override { return RuntimeKind::jvm; }
};

}  // namespace sockwarden
