#include "agent/cli/watch_session.h"

#include <fnmatch.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>

#include "agent/publish/finding_json.h"
#include "agent/publish/timeout_json.h"

namespace sockwarden {

tl::expected<void, Error> WatchSession::step() {
  const auto scanned = kernel_->scan(inspection_.wanted);
  if (!scanned) {
    ++scans_.failed;
    scans_.reason = scanned.error().error.message();
    return tl::unexpected(scanned.error().error);
  }
  ++scans_.good;
  const Sample& sample = *scanned;
  const ModelLimits limits{.endpoints_per_process = config_.metrics.endpoints_per_process};
  model_ = Model::next(sample, model_, limits);
  find_family();
  inspection_ = inspector_.inspect(model_, sample, config_);
  origins_.name(inspection_, inspector_, *kernel_);
  entries_.clear();
  for (const LedgerEntry& entry : inspection_.findings) {
    if (family_.contains(entry.process.pid)) entries_.push_back(entry);
  }
  return {};
}

void WatchSession::find_family() {
  for (const std::string& pattern : patterns_) {
    for (const auto& [serial, process] : model_.processes) {
      const bool named = fnmatch(pattern.c_str(), process.identity.comm.c_str(), 0) == 0;
      if (named && !process.exited && process.pid != 0) roots_.insert(process.pid);
    }
  }
  for (const std::uint32_t root : roots_) {
    const auto members = model_.family_of(root);
    family_.insert(members.begin(), members.end());
  }
}

bool WatchSession::any_alive() const {
  if (!patterns_.empty()) return true;
  return std::any_of(roots_.begin(), roots_.end(),
                     [](std::uint32_t pid) { return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM; });
}

Json WatchSession::findings() const {
  Json rows = Json::array();
  for (const LedgerEntry& entry : entries_) rows.push_back(to_json(entry));
  return rows;
}

Json WatchSession::open_waits() const {
  Json rows = Json::array();
  for (const OpenWait& wait : inspection_.open_waits) {
    if (!family_.contains(wait.pid)) continue;
    rows.push_back({{"pid", wait.pid},
                    {"comm", wait.process.comm},
                    {"endpoint", wait.endpoint},
                    {"waited_seconds", json_of(wait.waited)},
                    {"proof", wait.proof}});
  }
  return rows;
}

Json WatchSession::timeouts() const {
  std::set<Identity> identities;
  for (const auto& [serial, process] : model_.processes)
    if (family_.contains(process.pid)) identities.insert(process.identity);
  Json rows = Json::array();
  for (const EffectiveTimeout& timeout : inspection_.timeouts)
    if (identities.contains(timeout.process)) rows.push_back(to_json(timeout));
  return rows;
}

}  // namespace sockwarden
