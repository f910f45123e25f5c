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
  void observe_findings(const Published& published);
  void observe_listeners(const Published& published);

  std::map<std::string, std::uint64_t> finding_seen_;  ///< by finding id
  std::map<FindingKey, std::uint64_t> finding_totals_;
  std::map<std::uint64_t, std::uint32_t> drops_seen_;  ///< by connection id
  std::map<ListenerKey, std::uint64_t> listener_drops_;
};

}  // namespace sockwarden
