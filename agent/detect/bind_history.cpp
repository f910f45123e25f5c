#include "agent/detect/bind_history.h"

#include <algorithm>

namespace sockwarden {
namespace {

constexpr std::chrono::seconds time_wait{60};  // include/net/tcp.h, TCP_TIMEWAIT_LEN
constexpr std::size_t most_ports = 4'096;
constexpr std::size_t most_refused = 256;
constexpr std::chrono::minutes retention{15};

Address address_of(const sw_refused_bind_key& key) { return Address::from(key.local); }

/// Whoever closes first keeps the connection in TIME_WAIT.
bool leaves_time_wait(const Connection& connection) {
  return connection.role == Role::server && connection.closed_by == ClosedBy::own && connection.own_closed &&
         (connection.close_reason == CloseReason::fin || connection.close_reason == CloseReason::exit);
}

bool listens(const Model& model, std::uint32_t process, std::uint16_t port, Instant before) {
  return std::any_of(model.connections.begin(), model.connections.end(), [&](const Connection& connection) {
    return connection.role == Role::listener &&
           (connection.process == process || (connection.local.port == port && connection.birth <= before));
  });
}

}  // namespace

void BindHistory::update(const Sample& sample, const Model& model) {
  take_closed(model);
  take_refused(sample, model);
  std::erase_if(left_, [&](const auto& item) { return model.time - item.second > time_wait + retention; });
  while (!refused_.empty() && (refused_.size() > most_refused || model.time - refused_.front().time > retention))
    refused_.pop_front();
}

void BindHistory::take_closed(const Model& model) {
  for (const Connection& connection : model.closed) {
    if (!leaves_time_wait(connection)) continue;
    const Process* process = model.process_of(connection);
    if (process == nullptr || left_.size() >= most_ports) continue;
    Instant& latest = left_[{connection.local.port, process->identity.program()}];
    latest = std::max(latest, *connection.own_closed);
  }
}

void BindHistory::take_refused(const Sample& sample, const Model& model) {
  std::map<std::pair<std::uint32_t, Address>, std::uint64_t> counts;
  for (const auto& [key, refused] : sample.refused_binds) {
    const Address local = address_of(key);
    counts[{key.process, local}] = refused.count;
    const auto known = counts_.find({key.process, local});
    const std::uint64_t before = known == counts_.end() ? 0 : known->second;
    if (refused.count <= before) continue;
    const Process* process = model.process_of_serial(key.process);
    const Instant time{std::chrono::nanoseconds(refused.last_ns)};
    // Who then listens elsewhere was looking for a free port.
    if (process == nullptr || listens(model, key.process, local.port, time)) continue;
    const auto left = left_.find({local.port, process->identity.program()});
    if (left == left_.end() || left->second > time || time - left->second > time_wait) continue;
    refused_.push_back({key.process, local, refused.count - before, time, left->second});
  }
  counts_ = std::move(counts);
}

}  // namespace sockwarden
