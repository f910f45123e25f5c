#include "agent/detect/wait.h"

#include <algorithm>

namespace sockwarden {
namespace {

/// A TLS client that got this much and waits on has a response in flight; a handshake and short answers are less.
constexpr std::uint64_t least_body_bytes = 8192;
/// A body that comes in faster than this moves; slower, it drips.
constexpr double least_bytes_per_second = 1000;
/// So many answers make a habit, and a silence of so many times the slowest of them breaks it.
constexpr std::uint32_t least_answers = 20;
constexpr int beyond_slowest = 10;
/// What came less long ago than this is about to be read.
constexpr std::chrono::seconds reading_time{1};

Instant later(Instant since, const std::optional<Instant>& arrival) {
  return arrival ? std::max(since, *arrival) : since;
}

/// Slow arrivals do not start a request's wait anew, quick ones do.
bool drips(const Connection& connection, Instant since, Instant now) {
  const double seconds = std::chrono::duration<double>(now - since).count();
  return static_cast<double>(connection.received_bytes) < least_bytes_per_second * seconds;
}

/// Part of a message came, and the rest is waited for.
bool is_for_rest(const Connection& connection, Phase phase) {
  switch (phase) {
    case Phase::tls:
    case Phase::server_header:
    case Phase::server_body:
      return true;
    case Phase::first_byte_wait:
      return connection.response.part == Message::Part::head;
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

/// Whatever was said on the connection was answered, and far sooner than this takes.
bool breaks_habit(const Connection& connection, Instant since, Instant now) {
  const FirstBytes& answers = connection.first_bytes;
  return answers.count >= least_answers && now - since >= answers.longest * beyond_slowest;
}

/// Of what a protocol that is not parsed waits for.
std::optional<Wait::Shown> shown_by_history(const Connection& connection, Instant since, Instant now) {
  if (breaks_habit(connection, since, now)) return Wait::Shown::by_habit;
  // One whose first bytes were seen speaks something else than is known here, and some of that never answers.
  if (connection.spoke_last != Side::none) return std::nullopt;
  return connection.received_bytes == 0 ? Wait::Shown::by_sole_wait : Wait::Shown::by_nothing;
}

/// The server is to speak first, and does not.
std::optional<Wait> greeting_wait(const Connection& connection) {
  if (connection.state != TcpState::established || !nothing_said(connection)) return std::nullopt;
  return Wait{.connection = &connection,
              .phase = "header",
              .since = connection.established.value_or(connection.birth),
              .shown = Wait::Shown::by_blocked_thread};
}

std::optional<Wait> client_wait(const Connection& connection, const PhaseNow& now, Instant time) {
  Wait wait{.connection = &connection, .phase = "", .since = *now.since};
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
      if (!has_name(connection.protocol)) {
        const auto shown = shown_by_history(connection, wait.since, time);
        if (!shown) return std::nullopt;
        wait.shown = *shown;
      }
      wait.phase = "header";
      return wait;
    case Phase::body:
      wait.phase = "body";
      wait.since = later(wait.since, connection.last_arrival);
      return wait;
    case Phase::idle:
      if (connection.protocol != Protocol::tls) return std::nullopt;
      if (connection.exchanges == 0 || connection.received_bytes < least_body_bytes) return std::nullopt;
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
  const ProtocolTraits& protocol = traits_of(connection.protocol);
  switch (now.phase) {
    case Phase::tls:
      // Only while it is the client's turn to speak.
      if (connection.spoke_last == Side::peer && connection.request.part != Message::Part::head) return std::nullopt;
      wait.phase = "server-header";
      return wait;
    case Phase::server_header:
      wait.phase = "server-header";
      return wait;
    case Phase::server_body:
      if (!protocol.is_http) return std::nullopt;
      wait.phase = "server-body";
      if (!drips(connection, wait.since, time)) wait.since = later(wait.since, connection.last_arrival);
      return wait;
    case Phase::server_first_byte_wait:
    case Phase::server_idle:
      // Sessions of other protocols last as long as their clients like.
      if (!protocol.ends_clients) return std::nullopt;
      wait.phase = "server-idle";
      return wait;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string endpoint_of(const Connection& connection) {
  return connection.role == Role::client ? connection.remote.string() : connection.local.string();
}

WaitKey key_of(const Process& process, const Connection& connection, const std::string& phase) {
  return {.process = process.identity.program(), .endpoint = endpoint_of(connection), .phase = phase};
}

std::optional<Wait> wait_of(const Connection& connection, Instant now) {
  if (connection.mptcp || !connection.accepted) return std::nullopt;
  const PhaseNow& phase = connection.phase;
  if (connection.role == Role::client) {
    if (const auto greeting = greeting_wait(connection)) return greeting;
  }
  if (!phase.since || phase.waits_by_protocol || leaves_unread(connection, phase.phase, now)) return std::nullopt;
  std::optional<Wait> wait;
  if (connection.role == Role::client) wait = client_wait(connection, phase, now);
  if (connection.role == Role::server) wait = server_wait(connection, phase, now);
  if (wait) wait->drips = is_for_rest(connection, phase.phase);
  return wait;
}

std::optional<Wait> silent_client(const Connection& connection) {
  if (connection.role != Role::server || connection.mptcp || !connection.accepted) return std::nullopt;
  if (connection.state != TcpState::established || !nothing_said(connection)) return std::nullopt;
  return Wait{.connection = &connection,
              .phase = "server-header",
              .since = connection.established.value_or(connection.birth),
              .shown = Wait::Shown::by_blocked_thread};
}

bool nothing_said(const Connection& connection) {
  return connection.spoke_last == Side::none && connection.exchanges == 0 && connection.received_bytes == 0 &&
         connection.sent_bytes == 0 && connection.unsent_bytes == 0;
}

std::optional<Wait> unanswered(const Connection& connection) {
  if (connection.role != Role::server || connection.mptcp || !connection.accepted) return std::nullopt;
  if (!is_http_1(connection.protocol)) return std::nullopt;
  const PhaseNow& phase = connection.phase;
  if (phase.phase != Phase::handler || !phase.since || phase.coarse || phase.waits_by_protocol) return std::nullopt;
  return Wait{.connection = &connection, .phase = "handler", .direction = WaitDirection::work, .since = *phase.since};
}

}  // namespace sockwarden
