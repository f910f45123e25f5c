// A small host: processes that open, use and close connections, counted as the kernel side counts them.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/model/model.h"
#include "agent/sample/sample.h"
#include "tests/twin/impossible.h"
#include "tests/twin/records.h"

namespace sockwarden::testing {

using namespace std::chrono_literals;

inline constexpr std::uint64_t second_ns = 1'000'000'000;

inline sw_address v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, std::uint16_t port) {
  sw_address address{};
  address.ip[10] = address.ip[11] = 0xff;
  address.ip[12] = a, address.ip[13] = b, address.ip[14] = c, address.ip[15] = d;
  address.port = port;
  return address;
}

inline sw_address host_number(std::uint32_t n, std::uint16_t port) {
  return v4(10, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n),
            port);
}

/// The same, if the kernel side could have written it.
inline sw_connection possible(const sw_connection& raw) {
  if (const auto broken = impossible(raw)) FAIL("connection " << raw.record.id << " is impossible: " << *broken);
  return raw;
}

/// Both flows are of this protocol from here on, of which nothing is told yet.
inline void speak(sw_record& record, sw_protocol protocol) {
  for (sw_flow& flow : record.wire.flow) {
    flow.protocol = static_cast<__u8>(protocol);
    std::ranges::fill(flow.protocol_words, 0);
  }
}

class World {
 public:
  std::uint64_t now_ns = 1000 * second_ns;
  std::uint32_t endpoint_capacity = 100'000;

  std::uint32_t start(std::uint32_t pid, const std::string& comm, const std::string& unit = {},
                      std::uint64_t cgroup = 7) {
    const std::uint32_t serial = ++last_serial_;
    ProcessSample& process = processes_[serial];
    process.process.serial = serial;
    process.process.tgid = pid;
    process.process.first_seen_ns = now_ns;
    process.process.cgroup_id = cgroup;
    std::strncpy(process.process.comm, comm.c_str(), sizeof process.process.comm - 1);
    ProcessFacts facts;
    facts.pid = pid;
    facts.parent_pid = 1;
    facts.start_ticks = serial;
    facts.comm = comm;
    facts.unit = unit;
    facts.cgroup = "/" + unit;
    facts_[pid] = facts;
    return serial;
  }

  ProcessFacts& facts(std::uint32_t pid) { return facts_[pid]; }
  void forget_facts(std::uint32_t pid) { facts_.erase(pid); }
  ProcessSample& process(std::uint32_t serial) { return processes_[serial]; }
  sw_connection& connection(std::uint64_t id) { return live_.at(id); }
  std::size_t live_count() const { return live_.size(); }

  /// All its connections must be closed; its rows show once more, marked.
  void exit(std::uint32_t serial) {
    std::vector<std::uint64_t> own;
    for (const auto& [id, raw] : live_)
      if (raw.record.process == serial) own.push_back(id);
    for (const std::uint64_t id : own) close(id, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_EXIT);
    processes_[serial].process.exited_ns = now_ns;
    processes_[serial].retired = true;
    facts_.erase(processes_[serial].process.tgid);
    for (auto& [key, endpoint] : endpoints_)
      if (endpoint.key.process == serial) endpoint.retired = true;
  }

  std::uint64_t open(std::uint32_t serial, sw_role role, sw_address local, sw_address remote,
                     bool preexisting = false) {
    const char* name = role == SW_ROLE_LISTENER ? "listener"
                       : role == SW_ROLE_SERVER ? "server_unused"
                       : preexisting            ? "client_preexisting"
                                                : "client_unused";
    sw_connection raw = captured_record(name, now_ns);
    raw.record.birth_ns = raw.record.established_ns = now_ns;
    raw.record.write_seq = raw.record.copied_seq = 0;  // sequences begin anywhere; the parser has seen none yet
    if (preexisting) raw.record.flags |= SW_FLAG_PREEXISTING;
    return add(serial, raw, local, remote);
  }

  /// A connection of this host's as one was captured, which was then read at `read_ns`.
  std::uint64_t open_as(const std::string& record, std::uint32_t serial, sw_address local, sw_address remote,
                        std::uint64_t read_ns) {
    sw_connection raw = captured_record(record, read_ns);
    if (raw.socket.bytes_acked != 0 || raw.socket.unsent_bytes != 0)  // the socket's own note, as a moment
      raw.record.last_send_ns = read_ns - raw.socket.last_send_ago_ns;
    return add(serial, raw, local, remote);
  }

  std::uint64_t client(std::uint32_t serial, sw_address remote) {
    return open(serial, SW_ROLE_CLIENT, v4(10, 0, 0, 1, 40000), remote);
  }

  void exchange(std::uint64_t id, std::uint32_t exchanges = 1) {
    sw_connection& raw = live_.at(id);
    raw.record.exchanges += exchanges;
    raw.record.flags |= SW_FLAG_RECEIVED;
    raw.record.last_send_ns = raw.record.last_receive_ns = raw.record.request_sent_ns = now_ns;
    raw.socket.sent_since_receive = 0;
    raw.socket.bytes_received += 100 * exchanges;
    raw.socket.bytes_acked += 10 * exchanges;
  }

  void close(std::uint64_t id, sw_closed_by closed_by = SW_CLOSED_BY_OWN,
             sw_close_reason close_reason = SW_CLOSE_REASON_FIN) {
    sw_connection raw = live_.at(id);
    live_.erase(id);
    note_end(raw.record, closed_by, close_reason);
    raw.record.flags |= SW_FLAG_SETTLED;
    raw.socket.state = static_cast<std::uint8_t>(TcpState::close);
    read(raw);
    count(raw, [&](sw_totals& totals) {
      ++totals.closed[closed_by][close_reason];
      totals.exchanges += raw.record.exchanges;
      totals.bytes_received += raw.socket.bytes_received;
      totals.bytes_sent += raw.socket.bytes_acked;
      totals.unused_closes += raw.record.exchanges == 0 ? 1 : 0;
    });
    closed_.push_back(raw);
  }
  /// The peer has closed, and the program not yet.
  void half_close(std::uint64_t id) {
    sw_connection& raw = live_.at(id);
    note_end(raw.record, SW_CLOSED_BY_PEER, SW_CLOSE_REASON_FIN);
    raw.socket.state = static_cast<std::uint8_t>(TcpState::close_wait);
  }

  /// Closes with so much unread, which resets.
  void leave_unread(std::uint64_t id, std::uint32_t bytes) {
    live_.at(id).socket.unread_bytes = 0;  // a closed socket's sequences tell nothing
    close(id, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_RESET);
    ended().record.unread_bytes = bytes;
  }
  /// The latest that has ended.
  sw_connection& ended() { return closed_.back(); }

  /// What one scan reads. `between` happens after the sockets and before the totals are read.
  template <class Between>
  Sample scan(Between between) {
    Sample sample;
    for (auto& [id, raw] : live_) {
      read(raw);
      sample.live.push_back(possible(raw));
    }
    between();
    for (const sw_connection& raw : closed_) possible(raw);
    sample.time = Instant(std::chrono::nanoseconds(now_ns));
    sample.wall = WallTime(std::chrono::nanoseconds(now_ns) + 24h);
    sample.number = ++scans_;
    sample.closed = std::exchange(closed_, {});
    for (const auto& [serial, process] : processes_) sample.processes.push_back(process);
    for (const auto& [key, endpoint] : endpoints_) sample.endpoints.push_back(endpoint);
    sample.facts.insert(facts_.begin(), facts_.end());
    std::erase_if(processes_, [](const auto& entry) { return entry.second.retired; });
    std::erase_if(endpoints_, [](const auto& entry) { return entry.second.retired; });
    return sample;
  }
  Sample scan() {
    return scan([] {});
  }

  Model next(const Model& last = {}, const ModelLimits& limits = {}) {
    now_ns += second_ns;
    return Model::next(scan(), last, limits);
  }

 private:
  /// Who it is is this host's matter. When data arrived is for the test to say.
  std::uint64_t add(std::uint32_t serial, sw_connection raw, sw_address local, sw_address remote) {
    const std::uint64_t id = ++last_id_;
    sw_record& record = raw.record;
    record.id = id;
    record.process = serial;
    record.tgid = processes_.contains(serial) ? processes_[serial].process.tgid : 0;
    record.local = local;
    record.remote = remote;
    record.flags |= SW_FLAG_COUNTED;
    record.netns = 1;
    record.cgroup_id = 0;
    record.stack_id = record.holder_tgid = record.holder_fd = 0;
    raw.socket.inode = 1'000'000 + id;
    raw.socket.last_arrival_known = 0;
    raw.socket.last_arrival_ago_ns = raw.socket.last_send_ago_ns = 0;
    const bool preexisting = (record.flags & SW_FLAG_PREEXISTING) != 0;
    if (record.role != SW_ROLE_LISTENER)
      count(raw, [&](sw_totals& totals) { ++(preexisting ? totals.preexisting : totals.opened); });
    live_.emplace(id, raw);
    return id;
  }

  void note_end(sw_record& record, sw_closed_by closed_by, sw_close_reason close_reason) const {
    record.closed_by = static_cast<std::uint8_t>(closed_by);
    record.close_reason = static_cast<std::uint8_t>(close_reason);
    const bool resets = close_reason == SW_CLOSE_REASON_RESET;
    if (closed_by == SW_CLOSED_BY_OWN) {
      if (record.own_closed_ns == 0) record.own_closed_ns = now_ns;
      record.flags |= SW_FLAG_UNREAD_KNOWN | (resets ? SW_FLAG_RESET_SENT : SW_FLAG_OWN_FIN);
    } else if (closed_by == SW_CLOSED_BY_PEER) {
      if (record.peer_closed_ns == 0) record.peer_closed_ns = now_ns;
      record.flags |= resets ? SW_FLAG_RESET_RECEIVED : SW_FLAG_PEER_FIN;
    }
  }

  /// The socket's own note of the last send goes with the record's.
  void read(sw_connection& raw) const {
    raw.read_ns = now_ns;
    if (raw.record.last_send_ns != 0) raw.socket.last_send_ago_ns = now_ns - raw.record.last_send_ns;
  }

  template <class Count>
  void count(const sw_connection& raw, Count add) {
    const sw_record& record = raw.record;
    std::optional<sw_process_role>& role = processes_[record.process].roles[record.role];
    if (!role) role.emplace();
    add(role->totals);
    sw_endpoint_key key{};
    key.process = record.process;
    key.role = record.role;
    key.remote = record.role == SW_ROLE_CLIENT ? record.remote : record.local;
    const std::string bytes(reinterpret_cast<const char*>(&key), sizeof key);
    if (!endpoints_.contains(bytes) && endpoints_.size() >= endpoint_capacity) {
      add(role->other);
      return;
    }
    endpoints_[bytes].key = key;
    add(endpoints_[bytes].totals);
  }

  std::uint32_t last_serial_ = 0;
  std::uint64_t last_id_ = 0;
  std::uint64_t scans_ = 0;
  std::map<std::uint32_t, ProcessSample> processes_;
  std::map<std::uint32_t, ProcessFacts> facts_;
  std::map<std::string, EndpointSample> endpoints_;
  std::map<std::uint64_t, sw_connection> live_;
  std::vector<sw_connection> closed_;
};

inline const ProcessRow* process_row(const Model& model, const std::string& comm, Role role) {
  for (const ProcessRow& row : model.process_rows)
    if (row.identity.comm == comm && row.role == role) return &row;
  return nullptr;
}

inline const EndpointRow* endpoint_row(const Model& model, const std::string& comm, const std::string& endpoint) {
  for (const EndpointRow& row : model.endpoint_rows)
    if (row.identity.comm == comm && row.endpoint == endpoint) return &row;
  return nullptr;
}

}  // namespace sockwarden::testing
