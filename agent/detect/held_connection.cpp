#include "agent/detect/held_connection.h"

#include <algorithm>
#include <array>
#include <functional>

#include "agent/detect/population_growth.h"
#include "agent/model/ending.h"
#include "agent/model/phase.h"

namespace sockwarden {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// A pool that opens one more while the last answer is being handled is no proof of anything.
constexpr milliseconds slack{100};

std::size_t name_hash(const Connection& connection) { return std::hash<std::string_view>{}(name_of(connection)); }

std::optional<HeldConnection> left_half_closed(const Connection& connection, const Thresholds& thresholds,
                                               Instant now) {
  if (connection.state != TcpState::close_wait) return std::nullopt;
  const Phase phase = connection.phase.phase;
  if (phase == Phase::handler || phase == Phase::response) return std::nullopt;  // it may still owe an answer
  const nanoseconds since = now - connection.peer_closed.value_or(connection.birth);
  const nanoseconds disused = std::min(since, connection.idle);
  if (disused < thresholds.close_wait) return std::nullopt;
  return HeldConnection{&connection, Holding::close_wait, disused};
}

std::optional<HeldConnection> left_after_answer(const Connection& connection, const Thresholds& thresholds) {
  if (connection.role != Role::client || connection.state != TcpState::established || connection.idle < thresholds.leak)
    return std::nullopt;
  if (connection.exchanges == 0 && connection.unread_bytes == 0) return std::nullopt;
  if (connection.preexisting && !connection.last_arrival && !connection.last_receive) return std::nullopt;
  const PhaseNow& phase = connection.phase;
  if (phase.waits_by_protocol) return std::nullopt;
  const bool answered = phase.phase == Phase::idle || (phase.phase == Phase::body && connection.unread_bytes != 0) ||
                        (phase.phase == Phase::first_byte_wait && connection.unread_bytes != 0);
  if (!answered) return std::nullopt;
  Holding why = Holding::forgotten;
  if (connection.unread_bytes != 0) {
    why = Holding::unread;
  } else if (connection.transaction == Transaction::open || connection.transaction == Transaction::failed) {
    why = Holding::transaction;
  }
  return HeldConnection{&connection, why, connection.idle};
}

/// The connections of one process, role and endpoint that are suspected.
class Group {
 public:
  Group(std::vector<HeldConnection>& held, std::vector<PoolMember> members, const Thresholds& thresholds, Instant now)
      : held_(held), members_(std::move(members)), thresholds_(thresholds), now_(now) {}

  void keep_leaked() {
    for (HeldConnection& one : held_) one.outlived = is_outlived(one);
    if (is_pool_at_rest()) erase(Holding::close_wait);
    keep_forgotten();
    keep_alike(Holding::unread);
    keep_alike(Holding::transaction);
  }

 private:
  [[nodiscard]] bool is_outlived(const HeldConnection& one) const {
    const Instant left_use = now_ - one.connection->idle + slack;
    const std::size_t name = name_hash(*one.connection);
    return std::any_of(members_.begin(), members_.end(),
                       [&](const PoolMember& member) { return member.name == name && member.opened > left_use; });
  }

  /// A client that opens nothing besides, or only what takes the place of one that has ended, closes them when it
  /// wants to use them next.
  [[nodiscard]] bool is_pool_at_rest() const {
    std::optional<Instant> first;
    for (const HeldConnection& one : held_) {
      if (one.why != Holding::close_wait) continue;
      if (one.connection->role != Role::client) return false;
      const Instant ended = one.connection->peer_closed.value_or(one.connection->birth);
      first = std::min(first.value_or(ended), ended);
    }
    return first && opened_beside(members_, *first + slack) < std::ptrdiff_t{thresholds_.leak_count};
  }

  /// What is left unread or in a transaction in the same way as others that have leaked has leaked, too.
  void keep_alike(Holding why) {
    const auto outlived = std::count_if(held_.begin(), held_.end(),
                                        [&](const HeldConnection& one) { return one.why == why && one.outlived; });
    if (outlived < 2) std::erase_if(held_, [&](const HeldConnection& one) { return one.why == why && !one.outlived; });
  }

  /// By name: a client of many hosts behind one address has a pool for each.
  void keep_forgotten() {
    std::map<std::size_t, std::vector<LeftConnection>> by_name;
    for (const HeldConnection& one : held_)
      if (one.why == Holding::forgotten) by_name[name_hash(*one.connection)].push_back(left(one));
    for (auto& [name, left] : by_name) {
      std::vector<PoolMember> members;
      std::copy_if(members_.begin(), members_.end(), std::back_inserter(members),
                   [&](const PoolMember& member) { return member.name == name; });
      const std::uint32_t one_use = traits_of(held_.front().connection->protocol).requests_of_one_use;
      const nanoseconds disuse = least_disuse(members, thresholds_);
      std::erase_if(left, [&](const LeftConnection& one) { return one.disused < disuse; });
      const bool leaks = keep_coming(left, members, thresholds_, one_use);
      std::erase_if(held_, [&](const HeldConnection& one) {
        if (one.why != Holding::forgotten || name_hash(*one.connection) != name) return false;
        // The last one is known by its like: used as little as the others.
        const bool is_alike = one.outlived || requests_of(*one.connection) <= one_use;
        return !leaks || one.disused < disuse || !is_alike;
      });
    }
  }

  static LeftConnection left(const HeldConnection& one) {
    const Connection& connection = *one.connection;
    return {.opened = connection.preexisting ? std::nullopt : connection.established,
            .requests = requests_of(connection),
            .disused = one.disused};
  }

  void erase(Holding why) {
    std::erase_if(held_, [&](const HeldConnection& one) { return one.why == why; });
  }

  std::vector<HeldConnection>& held_;
  std::vector<PoolMember> members_;
  Thresholds thresholds_;
  Instant now_;
};

}  // namespace

std::map<HeldKey, std::vector<HeldConnection>> held_connections(const DetectionContext& context) {
  std::map<HeldKey, std::vector<HeldConnection>> held;
  for (const Connection& connection : context.model.connections) {
    if (connection.state != TcpState::established && connection.state != TcpState::close_wait) continue;
    if (connection.role == Role::listener || !connection.accepted || !connection.has_descriptor) continue;
    const Process* process = context.model.process_of(connection);
    if (process == nullptr || process->exited) continue;
    const std::string endpoint = (connection.role == Role::server ? connection.local : connection.remote).string();
    const Thresholds thresholds = context.thresholds(*process, endpoint);
    auto found = left_half_closed(connection, thresholds, context.model.time);
    if (!found) found = left_after_answer(connection, thresholds);
    if (found) held[{process->serial, connection.role, endpoint}].push_back(*found);
  }
  const PoolMembers members(context);
  for (auto& [key, connections] : held) {
    const Process* process = context.model.process_of_serial(std::get<0>(key));
    Group(connections, members.beside(*connections.front().connection), context.thresholds(*process, std::get<2>(key)),
          context.model.time)
        .keep_leaked();
  }
  std::erase_if(held, [](const auto& group) { return group.second.empty(); });
  return held;
}

}  // namespace sockwarden
