// An accept queue that is full, and stays so.
#include <algorithm>

#include "agent/detect/detectors.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

constexpr std::uint32_t least_scans = 2;

bool is_sustained(const FullQueue& full, Instant now, std::chrono::nanoseconds threshold) {
  if (full.scans < least_scans) return false;
  return full.drop_scans >= least_scans || now - full.since >= threshold / 2;
}

}  // namespace

DetectorResult listen_overflow(const DetectionContext& context) {
  DetectorResult result;
  for (const Connection& listener : context.model.connections) {
    const auto full = context.queues.full(listener.id);
    const Process* process = context.model.process_of(listener);
    if (!full || process == nullptr) continue;
    const std::string local = listener.local.string();
    if (!is_sustained(*full, context.model.time, context.thresholds(*process, local).wait)) continue;
    const AcceptQueue& queue = listener.accept_queue;
    Finding finding;
    finding.class_name = "listen-overflow";
    finding.confidence = Confidence::proven;
    finding.severity = Severity::critical;
    finding.process = listener.process;
    finding.role = Role::listener;
    finding.local = local;
    finding.count = queue.length;
    const auto waited = context.model.time - full->since;
    finding.evidence = {{"accept_queue", static_cast<std::int64_t>(queue.length)},
                        {"accept_queue_limit", static_cast<std::int64_t>(queue.limit)},
                        {"drops", static_cast<std::int64_t>(full->drops)},
                        {"full_seconds", std::chrono::duration<double>(waited).count()},
                        {"proof", "the accept queue holds " + std::to_string(queue.length) +
                                      " connections and its limit is " + std::to_string(queue.limit)}};
    if (listener.stack_id != 0) finding.stack_ids.push_back(listener.stack_id);
    finding.summary = "The accept queue of " + local + " has been full for " + seconds_text(waited) + ": " +
                      counted(queue.length, "connection") + " not accepted" +
                      (full->drops > 0 ? ", " + std::to_string(full->drops) + " dropped since." : ".");
    result.findings.push_back(std::move(finding));
  }
  return result;
}

}  // namespace sockwarden
