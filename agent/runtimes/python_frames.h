// Where the threads of a CPython program stand: function, file and line, from its memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/proc/system_call.h"

namespace sockwarden {

struct PythonCall {
  std::string function;  ///< "Client.fetch"
  std::string file;      ///< as it was compiled from
  std::int64_t line = 0;
};

/// The calls of the thread with this id, innermost first; empty where it runs none, or what is read is not what it
/// should be. `runtime`: address of _PyRuntime. `release`: PY_VERSION_HEX; 3.11 to 3.13 are known.
[[nodiscard]] std::vector<PythonCall> read_python_calls(std::uint64_t runtime, std::uint32_t release,
                                                        std::uint32_t thread, const ReadMemory& read);

/// The line at which an instruction stands (Objects/locations.md of CPython 3.11); nothing where it has none.
/// `instruction`: its number.
[[nodiscard]] std::optional<std::int64_t> line_in_table(const std::string& table, std::int64_t first_line,
                                                        std::uint64_t instruction);

}  // namespace sockwarden
