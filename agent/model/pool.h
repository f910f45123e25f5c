// The pools of all processes, Sample by Sample: the table keeps them, the recorder fills it, the inference reads the
// limits out of it. Pure.
#pragma once

#include <optional>
#include <vector>

#include "agent/model/option_misuse.h"
#include "agent/model/pool_figures.h"
#include "agent/model/pool_recorder.h"
#include "agent/model/pool_table.h"
#include "agent/model/stall.h"

namespace sockwarden {

class Pools {
 public:
  explicit Pools(PoolLimits limits = {}) : limits_(limits), table_(limits), recorder_(limits) {}

  /// `model` is made from `sample`.
  void update(const Sample& sample, const Model& model);

  /// Of pools with no connection left.
  void set_retention(std::chrono::seconds retention) { table_.set_retention(retention); }

  [[nodiscard]] const Pool* find(const PoolKey& key) const { return table_.find(key); }
  [[nodiscard]] std::size_t size() const { return table_.size(); }
  [[nodiscard]] std::vector<const Pool*> all() const { return table_.all(); }
  /// Whether a message was late of late, for a reason that only the times of sends can tell.
  [[nodiscard]] bool wants_send_times() const;
  /// Connections that had no room, in all rounds.
  [[nodiscard]] std::uint64_t dropped() const { return recorder_.dropped(); }
  [[nodiscard]] std::vector<TableFill> tables() const;
  /// Ends that a socket option has spoilt, and messages that one has held back: of servers' connections as well.
  [[nodiscard]] const OptionMisuses& option_misuses() const { return option_misuses_; }
  [[nodiscard]] const Stalls& stalls() const { return stalls_; }

 private:
  void take_totals(const Sample& sample);

  PoolLimits limits_;
  PoolTable table_;
  PoolRecorder recorder_;
  OptionMisuses option_misuses_;
  Stalls stalls_;
  Instant last_time_{}, last_until_{};
};

}  // namespace sockwarden
