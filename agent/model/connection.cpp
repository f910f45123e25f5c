#include "agent/model/connection.h"

#include <algorithm>

#include "agent/model/exchange.h"
#include "agent/model/reset_reason.h"

namespace sockwarden {
namespace {

std::optional<Instant> instant_before(std::uint64_t read_ns, std::uint64_t ago_ns) {
  if (ago_ns >= read_ns) return std::nullopt;
  return instant_of(read_ns - ago_ns);
}

bool has_data_times(const sw_socket& socket, bool closed) {
  switch (static_cast<TcpState>(socket.state)) {
    case TcpState::unknown:
    case TcpState::listen:
    case TcpState::syn_sent:
    case TcpState::syn_recv:
      return false;
    default:
      return !closed || socket.last_send_ago_ns != 0;
  }
}

struct Owner {
  std::uint32_t process = 0;
  std::uint32_t pid = 0;
};

Owner owner_of(const sw_connection& raw, const Model& model, const Listeners& listeners) {
  const sw_record& record = raw.record;
  const Process* owner = model.process_of_serial(record.process);
  const bool runs = owner != nullptr && !owner->exited;
  // A descriptor of the opener's would be the one that is known: it has passed the listener on, as by fork().
  const bool passed_on = record.role == SW_ROLE_LISTENER && record.holder_tgid != record.tgid;
  if ((!runs || passed_on) && record.holder_tgid != 0) {
    if (const Process* holder = model.process_of_pid(record.holder_tgid)) return {holder->serial, holder->pid};
  }
  if (record.process != 0) return {record.process, owner != nullptr ? owner->pid : record.tgid};
  if (record.role == SW_ROLE_SERVER) {
    const std::uint32_t serial = listeners.owner_of(Address::from(record.local), record.netns);
    if (const Process* listener = model.process_of_serial(serial)) return {serial, listener->pid};
  }
  return {0, record.tgid};
}

void take_times(Connection& connection, const sw_connection& raw, bool closed) {
  const sw_record& record = raw.record;
  const sw_socket& socket = raw.socket;
  connection.birth = Instant(std::chrono::nanoseconds(record.birth_ns));
  // Of what is older than the agent it is the time at which that was first seen.
  if (!connection.preexisting) connection.established = instant_of(record.established_ns);
  connection.last_receive = instant_of(record.last_receive_ns);
  connection.last_send = instant_of(record.last_send_ns);
  connection.peer_closed = instant_of(record.peer_closed_ns);
  connection.own_closed = instant_of(record.own_closed_ns);
  connection.longest_idle = std::chrono::nanoseconds(record.longest_idle_ns);
  if (!has_data_times(socket, closed)) return;
  // Both clocks start when the connection is established: without data they tell nothing of data.
  if (socket.last_arrival_known != 0 && (socket.bytes_received != 0 || socket.unread_bytes != 0))
    connection.last_arrival = instant_before(raw.read_ns, socket.last_arrival_ago_ns);
  if (socket.bytes_acked == 0 && socket.unsent_bytes == 0) return;
  const std::optional<Instant> left = instant_before(raw.read_ns, socket.last_send_ago_ns);
  constexpr std::chrono::milliseconds tick{10};
  if (!connection.last_send || (left && *connection.last_send + tick < *left)) connection.last_send = left;
}

/// The latest moment at which data moved, or else the moment since which none has.
Instant last_activity(const Connection& connection, const sw_connection& raw, bool closed) {
  const sw_socket& socket = raw.socket;
  std::optional<Instant> latest =
      std::max({connection.last_receive, connection.last_send, connection.last_arrival, connection.established});
  if (!connection.preexisting) return std::max(latest.value_or(connection.birth), connection.birth);
  if (has_data_times(socket, closed)) {
    latest = std::max(latest, instant_before(raw.read_ns, socket.last_send_ago_ns));
    if (socket.last_arrival_known != 0)
      latest = std::max(latest, instant_before(raw.read_ns, socket.last_arrival_ago_ns));
  }
  return latest.value_or(connection.birth);
}

void take_options(Connection& connection, const sw_connection& raw) {
  const sw_socket& socket = raw.socket;
  SocketOptions& options = connection.options;
  options.keep_alive = (socket.option_flags & SW_IN_FORCE_KEEPALIVE) != 0;
  options.receive_timeout = std::chrono::nanoseconds(socket.receive_timeout_ns);
  options.send_timeout = std::chrono::nanoseconds(socket.send_timeout_ns);
  options.user_timeout = std::chrono::milliseconds(socket.user_timeout_ms);
  options.set = raw.record.options_set;
  options.late_reuse_port = (raw.record.options_late & SW_LATE_REUSEPORT) != 0;
}

/// What the kernel counts and measures, and who has to do with the connection.
void take_figures(Connection& connection, const sw_connection& raw) {
  const sw_record& record = raw.record;
  const sw_socket& socket = raw.socket;
  connection.received_bytes = socket.bytes_received;
  connection.sent_bytes = socket.bytes_acked;
  connection.has_descriptor = socket.has_descriptor != 0;
  connection.released = (record.flags & SW_FLAG_RELEASED) != 0;
  connection.settled = (record.flags & SW_FLAG_SETTLED) != 0;
  connection.counted_process = record.process;
  connection.exiting = (record.flags & SW_FLAG_EXITING) != 0;
  connection.opener_pid = record.tgid;
  connection.holder_pid = record.holder_tgid;
  connection.worker = record.receiver_tid;
  connection.stack_id = record.stack_id;
  connection.connect = record.connect < SW_CONNECT_COUNT ? static_cast<sw_connect>(record.connect) : SW_CONNECT_OTHER;
  connection.connect_duration = std::chrono::microseconds(record.connect_latency_us);
  connection.round_trip = std::chrono::microseconds(socket.srtt_us);
  connection.retransmits = socket.retransmits;
  connection.first_bytes = {record.first_byte_count, std::chrono::nanoseconds(record.first_byte_sum_ns),
                            std::chrono::nanoseconds(record.first_byte_max_ns)};
  connection.accept_queue = {socket.accept_queue, socket.accept_queue_limit, socket.drops};
}

}  // namespace

Connection connection_from(const sw_connection& raw, const Model& model, const Listeners& listeners, bool closed) {
  const sw_record& record = raw.record;
  const sw_socket& socket = raw.socket;
  Connection connection;
  connection.id = record.id;
  const Owner owner = owner_of(raw, model, listeners);
  connection.process = owner.process;
  connection.pid = owner.pid;
  if (record.holder_tgid != 0 && record.holder_tgid == owner.pid) connection.fd = record.holder_fd;
  connection.inode = socket.inode;
  connection.role = record.role < SW_ROLE_COUNT ? static_cast<Role>(record.role) : Role::unknown;
  connection.state = static_cast<TcpState>(socket.state);
  if (connection.state == TcpState::listen) connection.role = Role::listener;
  connection.protocol = protocol_of(record.wire);
  connection.phase = closed ? phase_at_end(raw) : phase_of(raw);
  connection.local = Address::from(record.local);
  connection.remote = Address::from(record.remote);
  connection.preexisting = (record.flags & SW_FLAG_PREEXISTING) != 0;
  connection.mptcp = (record.flags & SW_FLAG_MPTCP) != 0;
  connection.accepted =
      connection.role != Role::server || closed || socket.has_descriptor != 0 || (record.flags & SW_FLAG_RELEASED) != 0;
  take_times(connection, raw, closed);
  connection.exchanges = record.exchanges;
  connection.unread_bytes = closed ? record.unread_bytes : socket.unread_bytes;
  connection.unsent_bytes = socket.unsent_bytes;
  connection.closed_by =
      record.closed_by < SW_CLOSED_BY_COUNT ? static_cast<ClosedBy>(record.closed_by) : ClosedBy::none;
  connection.close_reason =
      record.close_reason < SW_CLOSE_REASON_COUNT ? static_cast<CloseReason>(record.close_reason) : CloseReason::none;
  connection.reset_reason = reset_reason_of(record.reset_reason);
  take_figures(connection, raw);
  take_options(connection, raw);
  take_exchange(connection, raw);
  connection.read = Instant(std::chrono::nanoseconds(raw.read_ns));
  connection.raw = raw;
  if (connection.role != Role::listener) {
    const Instant now = closed ? Instant(std::chrono::nanoseconds(raw.read_ns)) : model.time;
    connection.idle = std::max(std::chrono::nanoseconds{}, now - last_activity(connection, raw, closed));
  }
  return connection;
}

std::optional<Instant> last_arrival(const Connection& connection) {
  return std::max(connection.last_receive, connection.last_arrival);
}

std::optional<Instant> end_of(const Connection& connection) {
  if (connection.own_closed && connection.peer_closed) return std::min(*connection.own_closed, *connection.peer_closed);
  return connection.own_closed ? connection.own_closed : connection.peer_closed;
}

}  // namespace sockwarden
