// Which runtime runs a process, found from outside: by its executable and the object files that it has mapped.
#pragma once

#include <memory>

#include "agent/contract/program_family.h"
#include "agent/runtimes/file_cache.h"
#include "agent/runtimes/go_binary.h"
#include "agent/runtimes/go_locks.h"
#include "agent/runtimes/object_files.h"
#include "agent/runtimes/runtime.h"

namespace sockwarden {

/// Keeps what was read of files.
class Runtimes {
 public:
  Runtimes();

  /// Never null. While it lives, it refers to `process` and to this.
  [[nodiscard]] std::unique_ptr<Runtime> recognise(ProcessView& process);

  /// What it is written in, and with which libraries.
  [[nodiscard]] ProgramFamily family(const ProcessView& process);

 private:
  FileCache<GoBinary> go_;
  GoLockWatch go_locks_;
  ObjectFiles objects_;
  FileCache<bool> drivers_;  ///< whether an archive has the driver of PostgreSQL
};

}  // namespace sockwarden
