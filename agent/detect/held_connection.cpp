#include "agent/detect/held_connection.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "agent/model/ending.h"
#include "agent/model/phase.h"

namespace sockwarden {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// A pool that opens one more while the last answer is being handled is no proof of anything.
constexpr milliseconds slack{100};

std::string name_of(const Connection& connection) {
  const sw_wire& wire = connection.raw.record.wire;
  return {wire.text, strnlen(wire.text, std::min<std::size_t>(wire.text_length, sizeof wire.text))};
}

/// When the connections of a pool were opened, by name (Host, TLS server name, user and database).
class Openings {
 public:
  explicit Openings(const Model& model) {
    for (const auto* list : {&model.connections, &model.closed})
      for (const Connection& connection : *list)
        if (connection.role == Role::client && !connection.preexisting && connection.established)
          latest_[key_of(connection)] = std::max(latest_[key_of(connection)], *connection.established);
  }

  [[nodiscard]] bool any_after(const Connection& connection, Instant moment) const {
    const auto found = latest_.find(key_of(connection));
    return found != latest_.end() && found->second > moment;
  }

 private:
  using Key = std::tuple<std::uint32_t, Address, std::string>;
  static Key key_of(const Connection& connection) {
    return {connection.process, connection.remote, name_of(connection)};
  }
  std::map<Key, Instant> latest_;
};

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

std::optional<HeldConnection> left_after_answer(const Connection& connection, const Thresholds& thresholds,
                                                const Openings& openings, Instant now) {
  if (connection.role != Role::client || connection.state != TcpState::established || connection.idle < thresholds.leak)
    return std::nullopt;
  if (connection.exchanges == 0 && connection.unread_bytes == 0) return std::nullopt;
  if (connection.preexisting && !connection.last_arrival && !connection.last_receive) return std::nullopt;
  const PhaseNow& phase = connection.phase;
  if (phase.waits_by_protocol) return std::nullopt;
  const auto status = connection.raw.record.wire.flow[SW_INGRESS].status;
  const bool answered = phase.phase == Phase::idle || (phase.phase == Phase::body && connection.unread_bytes != 0) ||
                        (phase.phase == Phase::first_byte_wait && connection.unread_bytes != 0);
  if (!answered) return std::nullopt;
  Holding why = Holding::forgotten;
  if (connection.unread_bytes != 0) {
    why = Holding::unread;
  } else if (is_sql(connection.protocol) && (status == SW_TRANSACTION_OPEN || status == SW_TRANSACTION_FAILED)) {
    why = Holding::transaction;
  }
  HeldConnection held{&connection, why, connection.idle};
  held.outlived = openings.any_after(connection, now - connection.idle + slack);
  return held;
}

/// What is left unread or in a transaction in the same way as others that have leaked has leaked, too.
void keep_leaked(std::vector<HeldConnection>& held) {
  std::array<std::size_t, 4> outlived{};
  for (const HeldConnection& one : held) outlived[static_cast<std::size_t>(one.why)] += one.outlived ? 1 : 0;
  std::erase_if(held, [&](const HeldConnection& one) {
    const bool alike = one.why != Holding::forgotten && outlived[static_cast<std::size_t>(one.why)] >= 2;
    return one.why != Holding::close_wait && !one.outlived && !alike;
  });
}

}  // namespace

std::map<HeldKey, std::vector<HeldConnection>> held_connections(const DetectionContext& context) {
  const Openings openings(context.model);
  std::map<HeldKey, std::vector<HeldConnection>> held;
  for (const Connection& connection : context.model.connections) {
    if (connection.state != TcpState::established && connection.state != TcpState::close_wait) continue;
    if (connection.role == Role::listener || !connection.accepted || connection.raw.socket.has_descriptor == 0)
      continue;
    const Process* process = context.model.process_of(connection);
    if (process == nullptr || process->exited) continue;
    const std::string endpoint = (connection.role == Role::server ? connection.local : connection.remote).string();
    const Thresholds thresholds = context.thresholds(*process, endpoint);
    auto found = left_half_closed(connection, thresholds, context.model.time);
    if (!found) found = left_after_answer(connection, thresholds, openings, context.model.time);
    if (found) held[{process->serial, connection.role, endpoint}].push_back(*found);
  }
  for (auto& [key, connections] : held) keep_leaked(connections);
  std::erase_if(held, [](const auto& group) { return group.second.empty(); });
  return held;
}

}  // namespace sockwarden
