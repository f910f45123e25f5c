#include <algorithm>
#include <map>

#include "agent/detect/bind_history.h"
#include "agent/detect/detectors.h"
#include "agent/detect/harmful_option.h"
#include "agent/detect/pool_finding.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

using std::chrono::nanoseconds;

/// How much longer than a leak's disuse a connection is idle before the absence of keep-alive matters: two hours in
/// production.
constexpr int long_idle = 120;

bool is_loopback(const Address& address) {
  const std::string host = address.host();
  return host == "::1" || host.starts_with("127.");
}

void find_late_ports(const DetectionContext& context, DetectorResult& result) {
  for (const Connection& listener : context.model.connections) {
    if (listener.role != Role::listener || !listener.options.late_reuse_port) continue;
    Finding finding = option_finding("SO_REUSEPORT");
    finding.process = listener.process;
    finding.role = Role::listener;
    finding.local = listener.local.string();
    finding.count = 1;
    finding.subjects = {listener.id};
    finding.confidence = Confidence::proven;
    finding.evidence["set_after"] = std::string("bind");
    finding.summary = "SO_REUSEPORT was set on the listener at " + finding.local +
                      " after bind(): no second process can bind the port.";
    if (listener.stack_id != 0) finding.stack_ids = {listener.stack_id};
    result.findings.push_back(std::move(finding));
  }
}

void find_refused_restarts(const DetectionContext& context, DetectorResult& result) {
  if (context.binds == nullptr) return;
  std::map<std::pair<std::uint32_t, std::string>, std::vector<const RefusedRestart*>> restarts;
  for (const RefusedRestart& refused : context.binds->refused()) {
    const Process* process = context.model.process_of_serial(refused.process);
    if (process == nullptr) continue;
    const std::string local = refused.local.string();
    const Thresholds thresholds = context.thresholds(*process, local);
    if (context.model.time - refused.time <= 3 * thresholds.leak)
      restarts[{process->serial, local}].push_back(&refused);
  }
  for (const auto& [key, refused] : restarts) {
    Finding finding = option_finding("SO_REUSEADDR");
    finding.process = key.first;
    finding.role = Role::listener;
    finding.local = key.second;
    for (const RefusedRestart* one : refused) finding.count += one->count;
    const nanoseconds since = refused.back()->time - refused.back()->last_closed;
    finding.evidence["refused_binds"] = static_cast<std::int64_t>(finding.count);
    finding.evidence["last_closed_seconds_before"] = seconds_of(since);
    finding.summary = "bind() to " + finding.local + " was refused " + counted(finding.count, "time") +
                      " although nobody listened there: connections that this program itself had closed " +
                      seconds_text(since) + " before were still in TIME_WAIT, and SO_REUSEADDR was not set.";
    result.findings.push_back(std::move(finding));
  }
}

void find_silent_connections(const DetectionContext& context, DetectorResult& result) {
  std::map<std::pair<std::uint32_t, std::string>, std::vector<const Connection*>> silent;
  for (const Connection& connection : context.model.connections) {
    if (connection.role != Role::client || connection.state != TcpState::established || is_loopback(connection.remote))
      continue;
    if (connection.options.keep_alive || connection.options.user_timeout.count() != 0) continue;
    const Process* process = context.model.process_of(connection);
    if (process == nullptr || process->exited) continue;
    const std::string remote = connection.remote.string();
    if (connection.idle >= context.thresholds(*process, remote).leak * long_idle)
      silent[{process->serial, remote}].push_back(&connection);
  }
  for (const auto& [key, connections] : silent) {
    Finding finding = option_finding("SO_KEEPALIVE");
    finding.process = key.first;
    finding.role = Role::client;
    finding.remote = key.second;
    finding.protocol = connections.front()->protocol;
    finding.count = connections.size();
    finding.severity = Severity::info;
    nanoseconds longest{};
    for (const Connection* connection : connections) {
      finding.subjects.push_back(connection->id);
      longest = std::max(longest, connection->idle);
      if (connection->stack_id != 0) finding.stack_ids.push_back(connection->stack_id);
    }
    finding.evidence["longest_idle_seconds"] = seconds_of(longest);
    finding.summary = counted(finding.count, "connection") + " to " + finding.remote + " have been silent for up to " +
                      seconds_text(longest) + " without keep-alive: a peer that is gone would never be noticed.";
    result.findings.push_back(std::move(finding));
  }
}

}  // namespace

DetectorResult socket_option(const DetectionContext& context) {
  DetectorResult result;
  find_harm_at_end(context, result);
  find_stalls(context, result);
  find_late_ports(context, result);
  find_refused_restarts(context, result);
  find_silent_connections(context, result);
  return result;
}

}  // namespace sockwarden
