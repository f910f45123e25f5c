#include "agent/cli/watch_session.h"

#include <fnmatch.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

namespace sockwarden {
namespace {

template <class Row, class Ours>
std::vector<Row> those(const std::vector<Row>& rows, Ours ours) {
  std::vector<Row> kept;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(kept), ours);
  return kept;
}

}  // namespace

tl::expected<void, Error> WatchSession::step() {
  auto round = pipeline_.next(last_.model);
  if (!round) {
    ++scans_.failed;
    scans_.reason = round.error().error.message();
    return tl::unexpected(round.error().error);
  }
  ++scans_.good;
  last_ = std::move(*round);
  find_family();
  return {};
}

void WatchSession::finish() {
  // What a wait is asked about counts in the next look, which may name and advise it in the one after.
  for (int looks = 0; looks < 3; ++looks) {
    pipeline_.settle();
    static_cast<void>(step());  // the report tells how many failed
  }
}

void WatchSession::find_family() {
  for (const std::string& pattern : patterns_) {
    for (const auto& [serial, process] : last_.model.processes) {
      const bool named = fnmatch(pattern.c_str(), process.identity.comm.c_str(), 0) == 0;
      if (named && !process.exited && process.pid != 0) roots_.insert(process.pid);
    }
  }
  for (const std::uint32_t root : roots_) {
    const auto members = last_.model.family_of(root);
    family_.insert(members.begin(), members.end());
  }
}

bool WatchSession::any_alive() const {
  if (!patterns_.empty()) return true;
  return std::any_of(roots_.begin(), roots_.end(),
                     [](std::uint32_t pid) { return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM; });
}

std::vector<LedgerEntry> WatchSession::findings() const {
  return those(last_.inspection.findings,
               [this](const LedgerEntry& entry) { return family_.contains(entry.process.pid); });
}

std::vector<ObservedWait> WatchSession::waits() const {
  return those(last_.inspection.waits, [this](const ObservedWait& wait) { return family_.contains(wait.pid); });
}

std::vector<EffectiveTimeout> WatchSession::timeouts() const {
  std::set<Identity> identities;
  for (const auto& [serial, process] : last_.model.processes)
    if (family_.contains(process.pid)) identities.insert(process.identity.program());
  return those(last_.inspection.timeouts,
               [&](const EffectiveTimeout& timeout) { return identities.contains(timeout.process); });
}

}  // namespace sockwarden
