#include <algorithm>
#include <map>

#include "agent/detect/bind_history.h"
#include "agent/detect/detectors.h"
#include "agent/detect/pool_finding.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

using std::chrono::nanoseconds;

/// How much longer than a leak's disuse a connection is idle before the absence of keep-alive matters: two hours in
/// production.
constexpr int long_idle = 120;
constexpr std::size_t least_stalls = 3;

Finding named(Finding finding, const std::string& option) {
  finding.qualifier_name = "option";
  finding.qualifier = option;
  return finding;
}

void find_lingers(const PoolCase& pool_case, DetectorResult& result) {
  const auto discarded = pool_case.endings([](const Ending& ending) { return ending.discarded; });
  if (discarded.size() < pool_case.thresholds.leak_count) return;
  Finding finding = named(pool_case.finding("socket-option"), "SO_LINGER");
  take_endings(finding, discarded);
  finding.confidence = Confidence::proven;
  std::int64_t lost = 0;
  for (const Ending* ending : discarded) lost += ending->unsent_bytes;
  finding.evidence["discarded_bytes"] = lost;
  finding.evidence["linger_seconds"] = 0.0;
  finding.summary = counted(finding.count, "connection") + " to " + finding.remote +
                    " ended by a reset under SO_LINGER 0, which threw away " + std::to_string(lost) +
                    " bytes that were not delivered yet.";
  finding.advice =
      "Do not set SO_LINGER 0 where data may be on its way: shut down for writing, read to the end, close.";
  result.findings.push_back(std::move(finding));
}

void find_stalls(const PoolCase& pool_case, DetectorResult& result) {
  Finding finding = named(pool_case.finding("socket-option"), "TCP_NODELAY");
  nanoseconds longest{};
  std::size_t stalls = 0;
  for (const Stall& stall : pool_case.pool.stalls) {
    if (pool_case.now - stall.time > pool_case.window()) continue;
    ++stalls;
    longest = std::max(longest, stall.duration);
    if (std::find(finding.subjects.begin(), finding.subjects.end(), stall.connection) == finding.subjects.end())
      finding.subjects.push_back(stall.connection);
  }
  if (stalls < std::max<std::size_t>(least_stalls, pool_case.thresholds.leak_count)) return;
  finding.count = finding.subjects.size();
  finding.evidence["stalls_seen"] = static_cast<std::int64_t>(stalls);
  finding.evidence["longest_stall_seconds"] = seconds_of(longest);
  finding.summary = "On " + counted(finding.count, "connection") + " to " + finding.remote +
                    " the end of a request waited in the host for up to " + seconds_text(longest) +
                    " after the program had written it: Nagle's algorithm against a delayed acknowledgement, seen " +
                    std::to_string(stalls) + " times.";
  finding.advice = "Write head and body of a request at once, or set TCP_NODELAY.";
  result.findings.push_back(std::move(finding));
}

void find_late_buffers(const PoolCase& pool_case, DetectorResult& result) {
  const auto late = pool_case.endings([](const Ending& ending) { return (ending.late_options & SW_LATE_RCVBUF) != 0; });
  if (late.size() < pool_case.thresholds.leak_count) return;
  Finding finding = named(pool_case.finding("socket-option"), "SO_RCVBUF");
  take_endings(finding, late);
  finding.confidence = Confidence::proven;
  finding.severity = Severity::info;
  finding.evidence["set_after"] = std::string("connect");
  finding.summary = "SO_RCVBUF was set on " + counted(finding.count, "connection") + " to " + finding.remote +
                    " after they were connected: the window's scale is settled by then, and the kernel's own tuning "
                    "is turned off.";
  finding.advice = "Set SO_RCVBUF before connect() or listen(), or leave it to the kernel.";
  result.findings.push_back(std::move(finding));
}

bool is_loopback(const Address& address) {
  const std::string host = address.host();
  return host == "::1" || host.starts_with("127.");
}

void find_late_ports(const DetectionContext& context, DetectorResult& result) {
  for (const Connection& listener : context.model.connections) {
    if (listener.role != Role::listener || (listener.raw.record.options_late & SW_LATE_REUSEPORT) == 0) continue;
    Finding finding;
    finding.class_name = "socket-option";
    finding.process = listener.process;
    finding.role = Role::listener;
    finding.local = listener.local.string();
    finding.count = 1;
    finding.subjects = {listener.id};
    finding.confidence = Confidence::proven;
    finding.evidence["set_after"] = std::string("bind");
    finding.summary = "SO_REUSEPORT was set on the listener at " + finding.local +
                      " after bind(): no second process can bind the port.";
    finding.advice = "Set SO_REUSEPORT before bind(), in every process that is to share the port.";
    if (listener.raw.record.stack_id != 0) finding.stack_ids = {listener.raw.record.stack_id};
    result.findings.push_back(named(std::move(finding), "SO_REUSEPORT"));
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
    Finding finding;
    finding.class_name = "socket-option";
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
    finding.advice =
        "Set SO_REUSEADDR on the listener before bind(), in every start: a restart then needs not wait for a minute.";
    result.findings.push_back(named(std::move(finding), "SO_REUSEADDR"));
  }
}

void find_silent_connections(const DetectionContext& context, DetectorResult& result) {
  std::map<std::pair<std::uint32_t, std::string>, std::vector<const Connection*>> silent;
  for (const Connection& connection : context.model.connections) {
    if (connection.role != Role::client || connection.state != TcpState::established || is_loopback(connection.remote))
      continue;
    const auto& socket = connection.raw.socket;
    if ((socket.option_flags & SW_IN_FORCE_KEEPALIVE) != 0 || socket.user_timeout_ms != 0) continue;
    const Process* process = context.model.process_of(connection);
    if (process == nullptr || process->exited) continue;
    const std::string remote = connection.remote.string();
    if (connection.idle >= context.thresholds(*process, remote).leak * long_idle)
      silent[{process->serial, remote}].push_back(&connection);
  }
  for (const auto& [key, connections] : silent) {
    Finding finding;
    finding.class_name = "socket-option";
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
      if (connection->raw.record.stack_id != 0) finding.stack_ids.push_back(connection->raw.record.stack_id);
    }
    finding.evidence["longest_idle_seconds"] = seconds_of(longest);
    finding.summary = counted(finding.count, "connection") + " to " + finding.remote + " have been silent for up to " +
                      seconds_text(longest) + " without keep-alive: a peer that is gone would never be noticed.";
    finding.advice = "Set SO_KEEPALIVE with a TCP_KEEPIDLE below what firewalls and load balancers on the way forget.";
    result.findings.push_back(named(std::move(finding), "SO_KEEPALIVE"));
  }
}

}  // namespace

DetectorResult socket_option(const DetectionContext& context) {
  DetectorResult result;
  for (const PoolCase& pool_case : pool_cases(context)) {
    find_lingers(pool_case, result);
    find_stalls(pool_case, result);
    find_late_buffers(pool_case, result);
  }
  find_late_ports(context, result);
  find_refused_restarts(context, result);
  find_silent_connections(context, result);
  return result;
}

}  // namespace sockwarden
