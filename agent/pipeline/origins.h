// Where in the program a finding's connections were opened, by the kernel's user stacks, or where the thread stands
// that waits, by its stack as it is now; with names.
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
  void ask_stand(const LedgerEntry& entry, Kernel& kernel, TargetReader& reader);
  /// Where the thread of a finding stands; nothing while it is not answered, empty where that can't be told.
  [[nodiscard]] Frames take_stand(const LedgerEntry& entry);
  void take(TargetReader& reader);
  [[nodiscard]] std::vector<OriginStack> origin_of(std::uint32_t pid, const Ranked& stacks) const;

  std::map<std::pair<std::uint32_t, std::uint32_t>, Frames> known_;  // by pid and stack
};

}  // namespace sockwarden
