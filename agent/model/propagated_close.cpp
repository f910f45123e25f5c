#include "agent/model/propagated_close.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <vector>

namespace sockwarden {
namespace {

/// From the client's end to the close that it causes: some exchanges of an event loop on a busy host.
constexpr std::chrono::milliseconds longest_passing{100};
/// Who asked longer ago is not who is asked for now.
constexpr std::chrono::minutes longest_use{10};

struct Served {
  Instant asked{};
  std::optional<Instant> left;
};
struct Asking {
  Instant asked{}, closed{};
  std::uint64_t id = 0;
};
struct Program {
  std::vector<Served> served;
  std::vector<Asking> asking;
  std::set<Address> own_ends;  ///< of a program that is its own server's client
};

Instant later(Instant time, std::uint64_t ns) { return std::max(time, Instant(std::chrono::nanoseconds(ns))); }

void sort_by_asked(auto& list) {
  std::sort(list.begin(), list.end(), [](const auto& left, const auto& right) { return left.asked < right.asked; });
}

/// The latest question is asked for the latest client that asked before, the one before it for the one before.
void pair(Program& program, std::unordered_set<std::uint64_t>& found) {
  sort_by_asked(program.served);
  sort_by_asked(program.asking);
  auto served = program.served.rbegin();
  for (auto asking = program.asking.rbegin(); asking != program.asking.rend(); ++asking) {
    while (served != program.served.rend() && served->asked > asking->asked) ++served;
    if (served == program.served.rend()) return;
    const auto& left = served->left;
    if (left && *left <= asking->closed && asking->closed - *left <= longest_passing) found.insert(asking->id);
    ++served;
  }
}

}  // namespace

std::unordered_set<std::uint64_t> propagated_close(const Model& model) {
  std::unordered_map<std::uint32_t, Program> programs;
  for (const Connection& connection : model.closed) {
    if (connection.role != Role::client || !connection.own_closed) continue;
    const sw_record& record = connection.raw.record;
    Program& program = programs[record.process];
    program.asking.push_back({later(connection.birth, record.request_sent_ns), *connection.own_closed, connection.id});
    program.own_ends.insert(connection.local);
  }
  std::unordered_set<std::uint64_t> found;
  if (programs.empty()) return found;
  std::unordered_set<std::uint64_t> ended;  // what closed while the scan read is in both lists
  for (const auto* list : {&model.closed, &model.connections}) {
    for (const Connection& connection : *list) {
      if (connection.role != Role::server) continue;
      const sw_record& record = connection.raw.record;
      const auto program = programs.find(record.process);
      if (program == programs.end() || program->second.own_ends.contains(connection.remote)) continue;
      const Instant asked =
          later(connection.established.value_or(connection.birth), record.wire.flow[SW_INGRESS].exchange_ns);
      if (model.time - asked > longest_use || !ended.insert(connection.id).second) continue;
      program->second.served.push_back({asked, connection.peer_closed});
    }
  }
  for (auto& [process, program] : programs) pair(program, found);
  return found;
}

}  // namespace sockwarden
