// Where in the program a finding's connections were opened: the kernel's user stacks, with names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/contract/target_reader.h"
#include "agent/inspection/inspector.h"
#include "agent/sample/kernel.h"

namespace sockwarden {

class Origins {
 public:
  /// Fills in `origin` of the active findings that have stacks and no names yet, here and in the ledger: of those whose
  /// names have come. The others are asked for.
  void name(Inspection& inspection, Inspector& inspector, Kernel& kernel, TargetReader& reader);

 private:
  using Frames = std::optional<std::vector<std::string>>;               ///< nothing = asked, not yet answered
  using Ranked = std::vector<std::pair<std::uint64_t, std::uint32_t>>;  ///< how often, which stack
  void ask(const Process& process, const Ranked& stacks, Kernel& kernel, TargetReader& reader);
  void take(TargetReader& reader);
  [[nodiscard]] std::vector<OriginStack> origin_of(std::uint32_t pid, const Ranked& stacks) const;

  std::map<std::pair<std::uint32_t, std::uint32_t>, Frames> known_;  // by pid and stack
};

}  // namespace sockwarden
