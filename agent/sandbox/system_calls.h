// Which system calls the process may make from now on (seccomp).
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/contract/error.h"

namespace sockwarden {

/// A system call that is allowed for some values of one argument alone.
struct SomeCalls {
  std::string name;
  unsigned argument = 0;              ///< 0 = the first
  std::vector<std::uint64_t> values;  ///< that are allowed
};

struct SystemCalls {
  std::vector<std::string> names;  ///< what this machine does not have is left out
  std::vector<SomeCalls> some;
};

/// Memory, threads, time, signals, the end: what each program of C++ does.
[[nodiscard]] std::vector<std::string> calls_of_any_program();
/// To open and read files, folders and links. open() can still write: the file system's rights say where.
[[nodiscard]] std::vector<std::string> calls_to_read_files();
/// To serve and to be reached: sockets, pipes, waiting for either.
[[nodiscard]] std::vector<std::string> calls_to_talk();

/// For all threads of the process, and for good: what is not allowed fails with ENOSYS, which a library takes for an
/// older kernel, and is in the audit log. Nothing may be gained by exec() afterwards.
[[nodiscard]] tl::expected<void, Error> allow_only(const SystemCalls& allowed);

}  // namespace sockwarden
