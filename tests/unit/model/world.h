// A small host: processes that open, use and close connections, counted as the kernel side counts them.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/model/model.h"
#include "agent/sample/sample.h"

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
    const std::uint64_t id = ++last_id_;
    sw_connection raw{};
    raw.record.id = id;
    raw.record.birth_ns = now_ns;
    raw.record.established_ns = preexisting ? 0 : now_ns;
    raw.record.process = serial;
    raw.record.tgid = processes_.contains(serial) ? processes_[serial].process.tgid : 0;
    raw.record.role = role;
    raw.record.local = local;
    raw.record.remote = remote;
    raw.record.flags = SW_FLAG_COUNTED | (preexisting ? SW_FLAG_PREEXISTING : 0);
    raw.record.netns = 1;
    raw.socket.state = static_cast<std::uint8_t>(role == SW_ROLE_LISTENER ? TcpState::listen : TcpState::established);
    raw.socket.has_descriptor = 1;
    if (role != SW_ROLE_LISTENER)
      count(raw, [&](sw_totals& totals) { ++(preexisting ? totals.preexisting : totals.opened); });
    live_.emplace(id, raw);
    return id;
  }

  std::uint64_t client(std::uint32_t serial, sw_address remote) {
    return open(serial, SW_ROLE_CLIENT, v4(10, 0, 0, 1, 40000), remote);
  }

  void exchange(std::uint64_t id, std::uint32_t exchanges = 1) {
    sw_connection& raw = live_.at(id);
    raw.record.exchanges += exchanges;
    raw.record.last_send_ns = raw.record.last_receive_ns = raw.record.request_sent_ns = now_ns;
    raw.socket.sent_since_receive = 0;
    raw.socket.bytes_received += 100 * exchanges;
    raw.socket.bytes_acked += 10 * exchanges;
  }

  void close(std::uint64_t id, sw_closed_by closed_by = SW_CLOSED_BY_OWN,
             sw_close_reason close_reason = SW_CLOSE_REASON_FIN) {
    sw_connection raw = live_.at(id);
    live_.erase(id);
    raw.record.closed_by = static_cast<std::uint8_t>(closed_by);
    raw.record.close_reason = static_cast<std::uint8_t>(close_reason);
    (closed_by == SW_CLOSED_BY_OWN ? raw.record.own_closed_ns : raw.record.peer_closed_ns) = now_ns;
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
  /// The latest that has ended.
  sw_connection& ended() { return closed_.back(); }

  /// What one scan reads. `between` happens after the sockets and before the totals are read.
  template <class Between>
  Sample scan(Between between) {
    Sample sample;
    for (auto& [id, raw] : live_) {
      read(raw);
      sample.live.push_back(raw);
    }
    between();
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
