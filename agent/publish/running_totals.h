// Counters made from numbers that vanish with their owner: findings that the ledger forgets, drops of closed listeners.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "agent/publish/published.h"

namespace sockwarden {

class RunningTotals {
 public:
  /// Adds what grew since the last call and fills in the totals of `published`.
  void observe(Published& published);

 private:
  struct FindingTotal {
    std::uint64_t count = 0;
    Instant seen{};  ///< a finding of it was in the ledger
  };
  void observe_findings(const Published& published);
  void fold_findings(const Published& published);
  void observe_listeners(const Published& published);

  std::map<std::string, std::uint64_t> finding_seen_;  ///< by finding id
  std::map<FindingKey, FindingTotal> finding_totals_;
  std::map<std::uint64_t, std::uint32_t> drops_seen_;  ///< by connection id
  std::map<ListenerKey, std::uint64_t> listener_drops_;
};

}  // namespace sockwarden
