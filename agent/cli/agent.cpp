#include "agent/cli/agent.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace sockwarden {

Agent::Agent(std::unique_ptr<Kernel> kernel, std::shared_ptr<Snapshot> snapshot, WallTime started)
    : kernel_(std::move(kernel)), snapshot_(std::move(snapshot)), started_(started), filter_(Config::Targets{}) {}

void Agent::configure(const Config& config, const ConfigState& state) {
  if (config.targets != config_.targets) filter_ = TargetFilter(config.targets);
  config_ = config;
  state_ = state;
  snapshot_->expect_every(config.kernel.scan_interval);
}

void Agent::step() {
  auto scanned = kernel_->scan(wanted_);
  if (!scanned) {
    count(scanned.error());
    return;
  }
  if (const auto failed = std::exchange(failed_in_a_row_, 0); failed != 0)
    spdlog::info("scans are good again, after {} that failed", failed);
  const Sample sample = filter_.narrow(std::move(*scanned));
  const std::shared_ptr<const Published> last = snapshot_->latest();
  const ModelLimits limits{.endpoints_per_process = config_.metrics.endpoints_per_process};
  static const Model nothing;  // `last->model : Model{}` would be a copy of the last one, with all its connections
  Model model = Model::next(sample, last ? last->model : nothing, limits);
  Inspection inspection = inspector_.inspect(model, sample, config_);
  origins_.name(inspection, inspector_, *kernel_);
  wanted_ = std::move(inspection.wanted);
  publish(std::move(model), std::move(inspection));
}

void Agent::count(const ScanFailure& failure) {
  ++failed_in_a_row_;
  const std::string part = name_of(failure.part), reason = failure.error.message();
  if (snapshot_->scan_failed(part, reason, std::chrono::system_clock::now()))
    spdlog::error("scans fail ({}): {}; what is shown stays as of the last good one", part, reason);
}

void Agent::publish(Model model, Inspection inspection) {
  Published next;
  next.model = std::move(model);
  next.hooks = kernel_->hooks();
  next.findings = std::move(inspection.findings);
  next.timeouts = std::move(inspection.timeouts);
  next.pools = std::move(inspection.pools);
  next.dropped_connections = inspection.dropped_connections;
  next.refused_findings = inspection.refused_findings;
  std::move(inspection.tables.begin(), inspection.tables.end(), std::back_inserter(next.model.tables));
  next.started = started_;
  next.config = state_;
  snapshot_->publish(std::move(next));
}

}  // namespace sockwarden
