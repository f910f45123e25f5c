#include "agent/detect/harmful_option.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "agent/detect/pool_finding.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

using std::chrono::nanoseconds;
using Kind = OptionMisuse::Kind;

constexpr std::size_t least_stalls = 3;

/// The process that stands for a program: who listens for a server that has a process a connection, else the process
/// itself; of those that are gone, the earliest of their kind.
class Programs {
 public:
  explicit Programs(const DetectionContext& context) : model_(context.model) {
    for (const Connection& connection : model_.connections) {
      const Process* process = connection.role == Role::listener ? model_.process_of(connection) : nullptr;
      if (process == nullptr) continue;
      auto& listening = listeners_[{connection.local.port, process->identity.comm}];
      listening = listening == 0 ? process->serial : std::min(listening, process->serial);
    }
  }

  std::uint32_t standing_for(const Identity& identity, std::uint32_t process, Role role, const Address& endpoint) {
    if (role == Role::server)
      if (const auto found = listeners_.find({endpoint.port, identity.comm}); found != listeners_.end())
        return found->second;
    const Process* known = model_.process_of_serial(process);
    if (known == nullptr || !known->exited) return process;
    return gone_.try_emplace(identity.program(), process).first->second;
  }

 private:
  const Model& model_;
  std::map<std::pair<std::uint16_t, std::string>, std::uint32_t> listeners_;
  std::map<Identity, std::uint32_t> gone_;
};

using Misuses = std::vector<const OptionMisuse*>;

Finding finding_of(const Misuses& misuses, std::uint32_t process, const std::string& option) {
  const OptionMisuse& last = *misuses.back();
  Finding finding = option_finding(option);
  finding.process = process;
  finding.role = last.role;
  finding.protocol = last.protocol;
  (last.role == Role::server ? finding.local : finding.remote) = last.endpoint.string();
  finding.count = misuses.size();
  for (const OptionMisuse* misuse : misuses) {
    finding.subjects.push_back(misuse->connection);
    if (misuse->stack_id != 0) finding.stack_ids.push_back(misuse->stack_id);
  }
  finding.confidence = Confidence::proven;
  return finding;
}

std::string connections_of(const Finding& finding) {
  const std::string count = counted(finding.count, "connection");
  return finding.role == Role::server ? count + " accepted at " + finding.local : count + " to " + finding.remote;
}

Finding stall_finding(const std::vector<const Stall*>& stalls, std::uint32_t process) {
  const Stall& last = *stalls.back();
  Finding finding = option_finding("TCP_NODELAY");
  finding.process = process;
  finding.role = last.role;
  finding.protocol = last.protocol;
  (last.role == Role::server ? finding.local : finding.remote) = last.endpoint.string();
  nanoseconds longest{};
  for (const Stall* stall : stalls) {
    longest = std::max(longest, stall->duration);
    auto& subjects = finding.subjects;
    if (std::find(subjects.begin(), subjects.end(), stall->connection) == subjects.end())
      subjects.push_back(stall->connection);
  }
  finding.count = finding.subjects.size();
  finding.evidence["stalls_seen"] = static_cast<std::int64_t>(stalls.size());
  finding.evidence["longest_stall_seconds"] = seconds_of(longest);
  finding.summary = "On " + connections_of(finding) + " the end of " +
                    (last.role == Role::server ? "an answer" : "a request") + " waited in the host for up to " +
                    seconds_text(longest) +
                    " after the program had written it: Nagle's algorithm against a delayed acknowledgement, seen " +
                    counted(stalls.size(), "time") + ".";
  return finding;
}

Finding linger_finding(const Misuses& misuses, std::uint32_t process) {
  Finding finding = finding_of(misuses, process, "SO_LINGER");
  std::int64_t lost = 0;
  for (const OptionMisuse* misuse : misuses) lost += misuse->lost_bytes;
  finding.evidence["discarded_bytes"] = lost;
  finding.evidence["linger_seconds"] = 0.0;
  finding.summary = connections_of(finding) + " ended by a reset under SO_LINGER 0, which threw away " +
                    std::to_string(lost) + " bytes that were not delivered yet.";
  return finding;
}

Finding late_buffer_finding(const Misuses& misuses, std::uint32_t process) {
  Finding finding = finding_of(misuses, process, "SO_RCVBUF");
  const bool is_server = finding.role == Role::server;
  finding.severity = Severity::info;
  finding.evidence["set_after"] = std::string(is_server ? "accept" : "connect");
  finding.summary = "SO_RCVBUF was set on " + connections_of(finding) +
                    " after they were established: the window's scale is settled by then, and the kernel's own tuning "
                    "is turned off.";
  if (is_server) finding.fix_for = {"SO_RCVBUF of a server"};
  return finding;
}

std::size_t least_count(const DetectionContext& context, std::uint32_t process, const Address& endpoint) {
  const Process* known = context.model.process_of_serial(process);
  return known == nullptr ? SIZE_MAX : context.thresholds(*known, endpoint.string()).leak_count;
}

bool is_recent(const DetectionContext& context, std::uint32_t process, const Address& endpoint, Instant time) {
  const Process* known = context.model.process_of_serial(process);
  return known != nullptr && context.model.time - time <= 3 * context.thresholds(*known, endpoint.string()).leak;
}

}  // namespace

Finding option_finding(const std::string& option) {
  Finding finding;
  finding.class_name = "socket-option";
  finding.qualifier_name = "option";
  finding.qualifier = option;
  return finding;
}

void find_harm_at_end(const DetectionContext& context, DetectorResult& result) {
  Programs programs(context);
  std::map<std::tuple<std::uint32_t, Role, Address, Kind>, Misuses> by_program;
  for (const OptionMisuse& misuse : context.pools.option_misuses().latest()) {
    const std::uint32_t process = programs.standing_for(misuse.identity, misuse.process, misuse.role, misuse.endpoint);
    if (is_recent(context, process, misuse.endpoint, misuse.time))
      by_program[{process, misuse.role, misuse.endpoint, misuse.kind}].push_back(&misuse);
  }
  for (const auto& [key, misuses] : by_program) {
    const auto& [process, role, endpoint, kind] = key;
    if (misuses.size() < least_count(context, process, endpoint)) continue;
    result.findings.push_back(kind == Kind::cut_by_linger ? linger_finding(misuses, process)
                                                          : late_buffer_finding(misuses, process));
  }
}

void find_stalls(const DetectionContext& context, DetectorResult& result) {
  Programs programs(context);
  std::map<std::tuple<std::uint32_t, Role, Address>, std::vector<const Stall*>> by_program;
  for (const Stall& stall : context.pools.stalls().latest()) {
    const std::uint32_t process = programs.standing_for(stall.identity, stall.process, stall.role, stall.endpoint);
    if (is_recent(context, process, stall.endpoint, stall.time))
      by_program[{process, stall.role, stall.endpoint}].push_back(&stall);
  }
  for (const auto& [key, stalls] : by_program) {
    const auto& [process, role, endpoint] = key;
    if (stalls.size() >= std::max(least_stalls, least_count(context, process, endpoint)))
      result.findings.push_back(stall_finding(stalls, process));
  }
}

}  // namespace sockwarden
