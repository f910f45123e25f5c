// All that the web server shows, as of one scan: immutable once published.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "agent/contract/hook_status.h"
#include "agent/contract/reader_health.h"
#include "agent/detect/effective_timeout.h"
#include "agent/detect/finding.h"
#include "agent/detect/observed_wait.h"
#include "agent/model/model.h"
#include "agent/model/pool.h"

namespace sockwarden {

/// Where the settings came from, and how the last reload went.
struct ConfigState {
  std::string file;     ///< empty = defaults only
  std::string profile;  ///< "production", "development"
  bool reload_successful = true;
  WallTime reloaded{};                      ///< last time that settings were taken over
  std::string error;                        ///< why the last reload was refused
  std::vector<std::string> without_labels;  ///< that no series of /metrics is to have
};

/// What a findings counter is labelled with.
struct FindingKey {
  std::string class_name;
  std::string qualifier;
  Identity identity;
  auto operator<=>(const FindingKey&) const = default;
};

/// A listening address of a program; pids and sockets that share it are summed.
struct ListenerKey {
  Identity identity;
  std::string endpoint;
  auto operator<=>(const ListenerKey&) const = default;
};

struct Published {
  Model model;
  std::vector<HookStatus> hooks;
  std::vector<LedgerEntry> findings;
  std::vector<EffectiveTimeout> timeouts;  ///< that programs have shown by giving up
  std::vector<ObservedWait> waits;         ///< that last beyond their thresholds
  std::vector<PoolFigures> pools;
  std::uint64_t dropped_connections = 0;  ///< that the pool model had no room for, counted in each scan
  std::uint64_t refused_findings = 0;     ///< that had no room among the others, counted in each scan
  ReaderHealth reader;
  std::map<std::uint32_t, std::uint64_t> findings_without_room;  ///< now, by user
  std::uint64_t forgotten_wait_histories = 0;                    ///< that made room for others, so far
  std::chrono::seconds retention{15 * 60};                       ///< of what is over
  WallTime started{};                                            ///< when the agent started, by the clock of then
  Instant began{};                                               ///< the same, by the clock that nobody sets
  ConfigState config;

  /// Filled in by Snapshot::publish, because these must not fall when the ledger forgets or a socket closes.
  std::map<FindingKey, std::uint64_t> finding_totals;
  std::map<ListenerKey, std::uint64_t> listener_drops;
};

}  // namespace sockwarden
