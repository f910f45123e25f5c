// A watch of some processes with a kernel side of its own, for as long as a command runs.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "agent/pipeline/pipeline.h"

namespace sockwarden {

/// How the scans of a watch went.
struct ScanTally {
  std::uint64_t good = 0;
  std::uint64_t failed = 0;
  std::string reason;  ///< why the last of those failed
};

class WatchSession {
 public:
  explicit WatchSession(Pipeline pipeline) : pipeline_(std::move(pipeline)) {}

  /// From now on this process, and whatever descends from it.
  void follow(std::uint32_t pid) { roots_.insert(pid); }
  /// Processes whose name matches the pattern now or later, and whatever descends from them.
  void follow_named(const std::string& pattern) { patterns_.push_back(pattern); }

  /// Looks once. Where that fails, everything stays as the last good look left it.
  tl::expected<void, Error> step();

  /// Looks, waits for what that asked of the processes, and looks again.
  void finish();

  /// Whether any process that is followed still runs.
  [[nodiscard]] bool any_alive() const;
  /// Pids that are or were followed.
  [[nodiscard]] const std::set<std::uint32_t>& family() const { return family_; }
  /// Their findings, active and resolved, newest first.
  [[nodiscard]] std::vector<LedgerEntry> findings() const;
  /// Time limits that they have shown.
  [[nodiscard]] std::vector<EffectiveTimeout> timeouts() const;
  /// What of theirs waits beyond its threshold now, findings or not.
  [[nodiscard]] std::vector<ObservedWait> waits() const;
  [[nodiscard]] const ScanTally& scans() const { return scans_; }

 private:
  void find_family();

  Pipeline pipeline_;
  Round last_;
  ScanTally scans_;
  std::set<std::uint32_t> roots_;
  std::vector<std::string> patterns_;
  std::set<std::uint32_t> family_;
};

}  // namespace sockwarden
