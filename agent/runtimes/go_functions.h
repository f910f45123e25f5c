// Which function, file and line an address in a Go program's code belongs to (src/runtime/symtab.go, from 1.18).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/runtimes/go_memory.h"
#include "agent/runtimes/go_module.h"

namespace sockwarden {

struct GoCall {
  std::string function;  ///< "net/http.(*conn).serve"
  std::string file;      ///< as it was when it was built
  std::int64_t line = 0;
};

class GoFunctions {
 public:
  GoFunctions(GoMemory& memory, const GoModule& module) : memory_(memory), module_(module) {}

  /// Of an address of return. Inlined calls stand before the function that they were inlined in; empty = unknown.
  [[nodiscard]] std::vector<GoCall> at(std::uint64_t return_address);

 private:
  struct Function {
    std::uint64_t begin = 0, table = 0;  ///< addresses: of its code, and of what is known of it
  };
  struct Tables {
    std::uint64_t functions = 0, count = 0, name_text = 0, units = 0, files = 0, lines = 0;
  };
  [[nodiscard]] const std::optional<Tables>& tables();
  [[nodiscard]] std::optional<Function> function_of(std::uint64_t address);
  [[nodiscard]] std::optional<std::int64_t> value_at(std::uint32_t table, const Function& function,
                                                     std::uint64_t address);
  [[nodiscard]] std::uint32_t field(const Function& function, std::uint32_t offset);
  [[nodiscard]] std::string name(std::uint32_t offset);
  void set_place(GoCall& call, const Function& function, std::uint64_t address);
  [[nodiscard]] std::uint64_t inlined_calls(const Function& function);
  [[nodiscard]] std::uint32_t fixed_bytes() const { return module_.minor < 20 ? 40 : 44; }

  GoMemory& memory_;
  const GoModule& module_;
  bool read_ = false;
  std::optional<Tables> tables_;
};

}  // namespace sockwarden
