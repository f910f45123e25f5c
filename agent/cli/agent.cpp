#include "agent/cli/agent.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace sockwarden {

Agent::Agent(Pipeline pipeline, std::shared_ptr<Snapshot> snapshot, WallTime started)
    : pipeline_(std::move(pipeline)), snapshot_(std::move(snapshot)), started_(started) {}

void Agent::configure(const Config& config, const ConfigState& state) {
  pipeline_.configure(config);
  retention_ = config.findings.retention;
  state_ = state;
  snapshot_->expect_every(config.kernel.scan_interval);
}

void Agent::step() {
  static const Model nothing;  // `last->model : Model{}` would be a copy of the last one, with all its connections
  const std::shared_ptr<const Published> last = snapshot_->latest();
  auto round = pipeline_.next(last ? last->model : nothing);
  if (!round) {
    count(round.error());
    return;
  }
  if (const auto failed = std::exchange(failed_in_a_row_, 0); failed != 0)
    spdlog::info("scans are good again, after {} that failed", failed);
  publish(std::move(*round));
  heap_.after_scan(HeapReturn::Clock::now());
}

void Agent::count(const ScanFailure& failure) {
  ++failed_in_a_row_;
  const std::string part = name_of(failure.part), reason = failure.error.message();
  if (snapshot_->scan_failed(part, reason, std::chrono::system_clock::now()))
    spdlog::error("scans fail ({}): {}; what is shown stays as of the last good one", part, reason);
}

void Agent::publish(Round round) {
  Published next;
  next.model = std::move(round.model);
  std::vector<Connection>().swap(next.model.closed);  // nobody asks for them any more
  next.model.tables.push_back(snapshot_->history().table());
  next.hooks = pipeline_.hooks();
  next.findings = std::move(round.inspection.findings);
  next.timeouts = std::move(round.inspection.timeouts);
  next.waits = std::move(round.inspection.waits);
  next.pools = std::move(round.inspection.pools);
  next.dropped_connections = round.inspection.dropped_connections;
  next.refused_findings = round.inspection.refused_findings;
  next.reader = round.reader;
  next.findings_without_room = std::move(round.inspection.findings_without_room);
  next.forgotten_wait_histories = round.inspection.forgotten_wait_histories;
  next.retention = retention_;
  next.started = started_;
  next.began = began_;
  next.config = state_;
  snapshot_->publish(std::move(next));
}

}  // namespace sockwarden
