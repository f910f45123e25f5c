#include "agent/detect/wait.h"

#include <algorithm>

namespace sockwarden {
namespace {

/// A TLS client that got this much and waits on has a response in flight; a handshake and short answers are less.
constexpr std::uint64_t least_body_bytes = 8192;
/// A body that comes in faster than this moves; slower, it drips.
constexpr double least_bytes_per_second = 1000;
/// What came less long ago than this is about to be read.
constexpr std::chrono::seconds reading_time{1};

bool is_database(std::uint8_t protocol) {
  return protocol == SW_PROTOCOL_POSTGRESQL || protocol == SW_PROTOCOL_MYSQL || protocol == SW_PROTOCOL_REDIS;
}

bool is_database(const Connection& connection) {
  return is_database(request_flow(connection).protocol) || is_database(response_flow(connection).protocol) ||
         is_database(connection.raw.record.wire.inner);
}

Instant later(Instant since, const std::optional<Instant>& arrival) {
  return arrival ? std::max(since, *arrival) : since;
}

/// Slow arrivals do not start a request's wait anew, quick ones do.
bool drips(const Connection& connection, Instant since, Instant now) {
  const double seconds = std::chrono::duration<double>(now - since).count();
  return static_cast<double>(connection.raw.socket.bytes_received) < least_bytes_per_second * seconds;
}

/// Part of a message came, and the rest is waited for.
bool is_for_rest(const Connection& connection, Phase phase) {
  switch (phase) {
    case Phase::tls:
    case Phase::server_header:
    case Phase::server_body:
      return true;
    case Phase::first_byte_wait:
      return response_flow(connection).message == SW_MESSAGE_HEAD;
    default:
      return false;
  }
}

/// It is the program that is waited for, not its peer. A dripping message's latest byte, still on its way to the
/// program, does not end the wait for the rest.
bool leaves_unread(const Connection& connection, Phase phase, Instant now) {
  if (connection.unread_bytes == 0) return false;
  const bool fresh = connection.last_arrival && now - *connection.last_arrival < reading_time;
  return !fresh || !is_for_rest(connection, phase);
}

std::optional<Wait> client_wait(const Connection& connection, const PhaseNow& now) {
  Wait wait{.connection = &connection, .phase = "", .since = *now.since};
  const bool encrypted = connection.protocol == "tls";
  switch (now.phase) {
    case Phase::dial:
      wait.phase = "dial";
      wait.direction = WaitDirection::connect;
      return wait;
    case Phase::tls:
      wait.phase = "tls";
      wait.since = later(wait.since, connection.last_arrival);
      return wait;
    case Phase::first_byte_wait:
      if (connection.protocol.empty()) {
        // One whose first bytes were seen speaks something else than is known here, and some of that never answers.
        if (connection.raw.record.wire.last != 0) return std::nullopt;
        wait.shown = connection.raw.socket.bytes_received == 0 ? Wait::Shown::by_sole_wait : Wait::Shown::by_nothing;
      }
      wait.phase = "header";
      return wait;
    case Phase::body:
      wait.phase = "body";
      wait.since = later(wait.since, connection.last_arrival);
      return wait;
    case Phase::idle:
      if (!encrypted || is_database(connection)) return std::nullopt;
      if (connection.exchanges == 0 || connection.raw.socket.bytes_received < least_body_bytes) return std::nullopt;
      wait.phase = "body";
      wait.since = later(wait.since, connection.last_arrival);
      wait.shown = Wait::Shown::by_blocked_thread;
      return wait;
    default:
      return std::nullopt;
  }
}

std::optional<Wait> server_wait(const Connection& connection, const PhaseNow& now, Instant time) {
  Wait wait{.connection = &connection, .phase = "", .since = *now.since};
  const bool encrypted = connection.protocol == "tls" && !is_database(connection);
  const bool http = is_http_1(connection.protocol) || connection.protocol == "http/2";
  switch (now.phase) {
    case Phase::tls:
      // Only while it is the client's turn to speak.
      if (connection.raw.record.wire.last == 1 + SW_INGRESS && request_flow(connection).message != SW_MESSAGE_HEAD) {
        return std::nullopt;
      }
      wait.phase = "server-header";
      return wait;
    case Phase::server_header:
      wait.phase = "server-header";
      return wait;
    case Phase::server_body:
      if (!http) return std::nullopt;
      wait.phase = "server-body";
      if (!drips(connection, wait.since, time)) wait.since = later(wait.since, connection.last_arrival);
      return wait;
    case Phase::server_first_byte_wait:
    case Phase::server_idle:
      // Sessions of other protocols last as long as their clients like.
      if (!http && !encrypted) return std::nullopt;
      wait.phase = "server-idle";
      return wait;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool is_http_1(const std::string& protocol) { return protocol.starts_with("http/1"); }

const sw_flow& request_flow(const Connection& connection) {
  return connection.raw.record.wire.flow[connection.role == Role::server ? SW_INGRESS : SW_EGRESS];
}

const sw_flow& response_flow(const Connection& connection) {
  return connection.raw.record.wire.flow[connection.role == Role::server ? SW_EGRESS : SW_INGRESS];
}

std::string endpoint_of(const Connection& connection) {
  return connection.role == Role::client ? connection.remote.string() : connection.local.string();
}

WaitKey key_of(const Process& process, const Connection& connection, const std::string& phase) {
  return {.process = process.identity, .endpoint = endpoint_of(connection), .phase = phase};
}

std::optional<Wait> wait_of(const Connection& connection, Instant now) {
  if (connection.mptcp || !connection.accepted) return std::nullopt;
  const PhaseNow phase = phase_of(connection.raw);
  if (!phase.since || phase.waits_by_protocol || leaves_unread(connection, phase.phase, now)) return std::nullopt;
  if (connection.role == Role::client) return client_wait(connection, phase);
  if (connection.role == Role::server) return server_wait(connection, phase, now);
  return std::nullopt;
}

std::optional<Wait> unanswered(const Connection& connection) {
  if (connection.role != Role::server || connection.mptcp || !connection.accepted) return std::nullopt;
  if (!is_http_1(connection.protocol)) return std::nullopt;
  const PhaseNow phase = phase_of(connection.raw);
  if (phase.phase != Phase::handler || !phase.since || phase.coarse || phase.waits_by_protocol) return std::nullopt;
  return Wait{.connection = &connection, .phase = "handler", .direction = WaitDirection::work, .since = *phase.since};
}

}  // namespace sockwarden
