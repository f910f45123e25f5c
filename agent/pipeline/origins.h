// Where in the program a finding's connections were opened: the kernel's user stacks, with names.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/inspection/inspector.h"
#include "agent/sample/kernel.h"
#include "agent/symbols/symbolizer.h"

namespace sockwarden {

class Origins {
 public:
  /// Fills in `origin` of the active findings that have stacks and no names yet, here and in the ledger.
  void name(Inspection& inspection, Inspector& inspector, Kernel& kernel);

 private:
  [[nodiscard]] const std::vector<std::string>& frames_of(std::uint32_t pid, std::uint32_t stack_id, Kernel& kernel);

  Symbolizer symbolizer_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::string>> known_;  // by pid and stack
};

}  // namespace sockwarden
