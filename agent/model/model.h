// What the samples mean: processes, connections, endpoints, descriptors. Pure: Sample + last Model -> Model.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/model/phase.h"
#include "agent/model/protocol.h"
#include "agent/model/tcp_state.h"
#include "agent/sample/sample.h"

namespace sockwarden {

/// An IP address and port. IPv4 and v4-mapped IPv6 print alike: "10.0.0.7:8080"; IPv6 as "[::1]:8080".
struct Address {
  std::array<std::uint8_t, 16> ip{};
  std::uint16_t port = 0;
  auto operator<=>(const Address&) const = default;
  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] std::string host() const;    ///< without port and brackets
  [[nodiscard]] std::string string() const;  ///< "host:port"
  static Address from(const sw_address& raw);
};

enum class Role : std::uint8_t { unknown, client, server, listener };
[[nodiscard]] const char* name_of(Role role);

/// Who a process is, without its pid: what metrics are labelled with. Restarts keep it.
struct Identity {
  std::string comm;
  std::string container_id;
  std::string unit;
  std::string service = {};  ///< what people call it; comm where nothing says more
  /// What rules know a program by: never by the name that it gives itself.
  [[nodiscard]] Identity program() const { return {comm, container_id, unit}; }
  auto operator<=>(const Identity&) const = default;
};

struct Process {
  /// Unique while the agent runs; an exec() starts a new one; 0 = not attributed. A process that never used TCP has
  /// `serial_without_tcp(pid)`.
  std::uint32_t serial = 0;
  std::uint32_t pid = 0;
  Identity identity;  ///< as it was when the process was first seen, so that its counts stay in one row
  ProcessFacts facts;
  Instant first_seen{};
  std::optional<Instant> exited;
};
[[nodiscard]] constexpr std::uint32_t serial_without_tcp(std::uint32_t pid) {
  return ~static_cast<std::uint32_t>(SW_SERIAL_MASK) | pid;
}

/// The real user of a process; those that could not be asked count as one.
inline constexpr std::uint32_t unknown_user = UINT32_MAX;
[[nodiscard]] inline std::uint32_t user_of(const Process& process) {
  return process.facts.real_uid.value_or(unknown_user);
}
/// Of the memory that it takes, about.
[[nodiscard]] std::size_t bytes_of(const Process& process);

enum class ClosedBy : std::uint8_t { none, own, peer, network };
enum class CloseReason : std::uint8_t { none, fin, reset, exit, timeout, error };
[[nodiscard]] const char* name_of(ClosedBy closed_by);
[[nodiscard]] const char* name_of(CloseReason close_reason);
[[nodiscard]] const char* name_of_option(std::uint8_t option);    ///< "SO_KEEPALIVE"
[[nodiscard]] const char* name_of_descriptor(std::uint8_t type);  ///< "file"
[[nodiscard]] const char* name_of_connect(std::uint8_t outcome);  ///< "refused"

/// The latest message of one side, as far as its bytes could be followed.
struct Message {
  enum class Part : std::uint8_t { none, head, body, complete };
  Part part = Part::none;   ///< how far it came; none = none was seen, or the protocol's cannot be followed
  std::uint32_t count = 0;  ///< messages so far, this one among them
  bool has_body = false;    ///< HTTP/1
  std::optional<Instant> began, head_done, done;
};

enum class Side : std::uint8_t { none, own, peer };
/// Of a database's session; unknown = not told, or encrypted.
enum class Transaction : std::uint8_t { unknown, idle, open, failed };

/// Of a client: from its request to the first byte of the response.
struct FirstBytes {
  std::uint32_t count = 0;
  std::chrono::nanoseconds sum{}, longest{};
};

struct AcceptQueue {
  std::uint32_t length = 0, limit = 0;
  std::uint32_t drops = 0;
};

/// In force; a limit of 0 is none.
struct SocketOptions {
  bool keep_alive = false;
  std::chrono::nanoseconds receive_timeout{}, send_timeout{};
  std::chrono::milliseconds user_timeout{};
  std::uint64_t set = 0;         ///< bit per enum sw_option: setsockopt was called for it
  bool late_reuse_port = false;  ///< SO_REUSEPORT was set when the port was bound
};

/// A connection or listener. Times that never came are empty; unknown is never 0.
struct Connection {
  std::uint64_t id = 0;
  /// Serial of its owner: who connected or accepted it; while it waits in an accept queue, who listens; once that
  /// process has exited, who holds a descriptor. 0 = unknown. Counts stay with `counted_process`.
  std::uint32_t process = 0;
  std::uint32_t pid = 0;
  std::optional<std::uint32_t> fd;  ///< in that pid
  std::uint64_t inode = 0;
  Role role = Role::unknown;
  Protocol protocol = Protocol::unknown;
  TcpState state = TcpState::unknown;
  PhaseNow phase;  ///< of a closed one: that in which its end came
  Address local, remote;
  bool preexisting = false;  ///< older than the agent
  bool mptcp = false;
  bool accepted = true;  ///< false: in the accept queue
  Instant birth{};
  std::optional<Instant> established, last_receive, last_send, peer_closed, own_closed;
  std::optional<Instant> last_arrival;  ///< the kernel received data, read by the application or not
  std::chrono::nanoseconds longest_idle{};
  std::chrono::nanoseconds idle{};  ///< since data last moved either way; of a closed one, until its end
  std::uint32_t exchanges = 0;
  std::uint32_t unread_bytes = 0;
  std::uint32_t unsent_bytes = 0;
  ClosedBy closed_by = ClosedBy::none;
  CloseReason close_reason = CloseReason::none;
  std::string reset_reason;  ///< of our own reset, kernel's name in lower case; empty = unknown
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;       ///< acknowledged by the peer
  bool has_descriptor = false;        ///< accepted, and not given up by its last descriptor
  bool released = false;              ///< given up by its last descriptor: close() or exit
  bool settled = false;               ///< ended, and in the totals
  bool exiting = false;               ///< closed by exit or a signal
  std::uint32_t counted_process = 0;  ///< serial of the process whose totals it is in; 0 = not attributed
  std::uint32_t opener_pid = 0;       ///< who connected, listened, or first used it; 0 = unknown
  std::uint32_t holder_pid = 0;       ///< who holds a descriptor of it; 0 = nobody
  std::uint32_t worker = 0;           ///< not of clients: the thread that last received; 0 = none yet
  std::uint32_t stack_id = 0;         ///< user stack at connect() or listen(); 0 = none
  sw_connect connect = SW_CONNECT_NONE;
  std::chrono::microseconds connect_duration{};  ///< of an established one
  std::chrono::microseconds round_trip{};        ///< 0 = not measured
  std::uint32_t retransmits = 0;                 ///< in a row, of the oldest segment
  FirstBytes first_bytes;
  Message request, response;
  Side spoke_last = Side::none;  ///< none: no first bytes were seen
  Transaction transaction = Transaction::unknown;
  std::optional<std::chrono::nanoseconds> tls_handshake;  ///< from the client's hello until both sides encrypt
  AcceptQueue accept_queue;                               ///< of a listener
  SocketOptions options;
  Instant read{};       ///< when all this was so
  sw_connection raw{};  ///< for agent/model alone
};

/// Options in force, "SO_KEEPALIVE=1", "TCP_KEEPIDLE=30s", …; on demand, since most connections are never shown.
[[nodiscard]] std::vector<std::string> options_in_force(const Connection& connection);

/// Cumulative counts with identity and endpoint names, pids summed away. Never decreases.
struct EndpointRow {
  Identity identity;
  Role role = Role::unknown;
  std::string endpoint;  ///< "10.0.0.7:8080"; "other" = folded
  sw_totals totals{};
  std::uint64_t live = 0;  ///< connections now: opened + preexisting - closed
};
struct ProcessRow {
  Identity identity;
  Role role = Role::unknown;
  sw_totals totals{};
  std::array<sw_histogram, SW_HISTOGRAM_COUNT> histograms{};
  std::uint64_t live = 0;
};
/// What had to be summed with others is here: identities of the past, histograms of little use.
[[nodiscard]] const Identity& other_identity();

struct OptionRow {
  Identity identity;
  std::string option;  ///< "TCP_NODELAY", or "level/name" by number
  std::uint64_t count = 0;
};
struct DescriptorRow {
  Identity identity;
  std::uint32_t pid = 0;
  std::array<std::uint32_t, SW_DESCRIPTOR_COUNT> count{};
  std::optional<std::uint64_t> limit;
};

struct ModelLimits {
  std::uint32_t endpoints_per_process = 50;
  std::uint32_t endpoints = 200;            ///< endpoints with a row of their own, in all
  std::uint32_t histogram_rows = 12;        ///< identities and roles with histograms of their own: the busiest
  std::uint32_t identities = 256;           ///< in all; those of which a process runs are kept beyond it
  std::chrono::seconds retention{15 * 60};  ///< how long they are
};

/// Who started a process, as first seen: a parent that exits does not orphan its family here.
struct Parent {
  std::uint64_t start_ticks = 0;  ///< of the child
  std::uint32_t pid = 0;
};

struct Model {
  Instant time{};
  WallTime wall{};
  std::uint64_t number = 0;
  std::map<std::uint32_t, Process> processes;  ///< by serial
  std::vector<Connection> connections;         ///< live, listeners among them
  std::vector<Connection> closed;              ///< since the last Model
  std::vector<ProcessRow> process_rows;
  std::vector<EndpointRow> endpoint_rows;
  std::vector<OptionRow> option_rows;
  std::vector<DescriptorRow> descriptor_rows;
  std::array<std::uint64_t, SW_LOSS_COUNT> losses{};
  std::uint64_t folded_endpoints = 0;       ///< endpoint series folded into "other" by the label limit
  std::uint64_t folded_identities = 0;      ///< folded into comm "other" before their time, since the start
  std::uint64_t folded_histogram_rows = 0;  ///< identities and roles whose histograms are in comm "other"
  std::vector<TableFill> tables;
  std::chrono::nanoseconds scan_duration{};
  std::unordered_map<std::uint32_t, std::uint32_t> serial_by_pid;  ///< of processes that run
  std::unordered_map<std::uint32_t, Parent> parents;               ///< by pid of the child

  /// What is carried from one Model to the next: sums of processes that are gone, and the last published values.
  struct Memory;
  std::shared_ptr<const Memory> memory;

  [[nodiscard]] static Model next(const Sample& sample, const Model& last, const ModelLimits& limits);
  [[nodiscard]] const Process* process_of(const Connection& connection) const;
  [[nodiscard]] const Process* process_of_serial(std::uint32_t serial) const;
  [[nodiscard]] const Process* process_of_pid(std::uint32_t pid) const;
  [[nodiscard]] std::vector<std::uint32_t> children_of(std::uint32_t pid) const;
  [[nodiscard]] std::vector<std::uint32_t> family_of(std::uint32_t pid) const;  ///< pid and all its descendants, sorted
  [[nodiscard]] WallTime wall_of(Instant instant) const { return wall + (instant - time); }
};

}  // namespace sockwarden
