#include "agent/publish/connection_json.h"

#include <chrono>

namespace sockwarden {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

Json timeout_json(std::uint64_t timeout_ns) {
  return timeout_ns == 0 ? Json(nullptr) : json_of(nanoseconds(timeout_ns));
}

Json process_json(const Connection& connection, const Process* process) {
  Json json;
  json["pid"] = connection.pid == 0 ? Json(nullptr) : Json(connection.pid);
  json["comm"] = process != nullptr ? json_of_known(process->identity.comm) : Json(nullptr);
  json["exe"] = process != nullptr ? json_of_known(process->facts.exe) : Json(nullptr);
  json["container_id"] = process != nullptr ? process->identity.container_id : "";
  json["unit"] = process != nullptr ? process->identity.unit : "";
  json["cgroup"] = process != nullptr ? process->facts.cgroup : "";
  return json;
}

Json connect_json(const sw_record& record) {
  if (record.connect == SW_CONNECT_NONE) return nullptr;
  Json json;
  json["outcome"] = name_of_connect(record.connect);
  const bool timed = record.connect == SW_CONNECT_ESTABLISHED;
  json["duration_seconds"] = timed ? json_of(microseconds(record.connect_latency_us)) : Json(nullptr);
  return json;
}

Json first_byte_json(const sw_record& record) {
  if (record.first_byte_count == 0) return nullptr;
  Json json;
  json["count"] = record.first_byte_count;
  json["mean_seconds"] = json_of(nanoseconds(record.first_byte_sum_ns / record.first_byte_count));
  json["max_seconds"] = json_of(nanoseconds(record.first_byte_max_ns));
  return json;
}

Json options_set_json(std::uint64_t options_set) {
  Json names = Json::array();
  for (std::uint8_t option = 0; option < SW_OPTION_COUNT; ++option) {
    if ((options_set >> option & 1) != 0) names.push_back(name_of_option(option));
  }
  return names;
}

Json accept_queue_json(const sw_socket& socket) {
  return {{"length", socket.accept_queue}, {"limit", socket.accept_queue_limit}, {"drops", socket.drops}};
}

/// What happened on it, and when.
void add_history(Json& json, const Connection& connection, const Model& model) {
  const auto time_of = [&](const std::optional<Instant>& instant) {
    return instant ? Json(rfc3339(model.wall_of(*instant))) : Json(nullptr);
  };
  const bool listener = connection.role == Role::listener;
  json["opened_at"] = connection.preexisting ? Json(nullptr) : time_of(connection.birth);
  json["first_seen_at"] = time_of(connection.birth);
  json["established_at"] = time_of(connection.established);
  json["last_arrival_at"] = time_of(connection.last_arrival);
  json["last_receive_at"] = time_of(connection.last_receive);
  json["last_send_at"] = time_of(connection.last_send);
  json["peer_closed_at"] = time_of(connection.peer_closed);
  json["own_closed_at"] = time_of(connection.own_closed);
  json["age_seconds"] = connection.preexisting ? Json(nullptr) : json_of(model.time - connection.birth);
  json["idle_seconds"] = listener ? Json(nullptr) : json_of(connection.idle);
  json["longest_idle_seconds"] = listener ? Json(nullptr) : json_of(connection.longest_idle);
  json["closed_by"] = connection.closed_by == ClosedBy::none ? Json(nullptr) : Json(name_of(connection.closed_by));
  json["close_reason"] =
      connection.close_reason == CloseReason::none ? Json(nullptr) : Json(name_of(connection.close_reason));
  json["reset_reason"] = json_of_known(connection.reset_reason);
}

}  // namespace

Json to_json(const Connection& connection, const Model& model) {
  const sw_socket& socket = connection.raw.socket;
  const bool listener = connection.role == Role::listener;
  Json json;
  json["id"] = connection.id;
  json["process"] = process_json(connection, model.process_of(connection));
  json["role"] = name_of(connection.role);
  json["protocol"] = json_of_known(name_of(connection.protocol));
  json["state"] = name_of(connection.state);
  json["local"] = connection.local.string();
  json["remote"] = listener ? Json(nullptr) : Json(connection.remote.string());
  json["fd"] = connection.fd ? Json(*connection.fd) : Json(nullptr);
  json["inode"] = connection.inode == 0 ? Json(nullptr) : Json(connection.inode);
  json["preexisting"] = connection.preexisting;
  json["accepted"] = connection.accepted;
  json["mptcp"] = connection.mptcp;
  add_history(json, connection, model);
  json["exchanges"] = connection.exchanges;
  json["unread_bytes"] = connection.unread_bytes;
  json["unsent_bytes"] = connection.unsent_bytes;
  json["received_bytes"] = socket.bytes_received;
  json["sent_bytes"] = socket.bytes_acked;
  json["connect"] = connect_json(connection.raw.record);
  json["first_byte"] = first_byte_json(connection.raw.record);
  json["options"] = options_in_force(connection.raw);
  json["options_set"] = options_set_json(connection.raw.record.options_set);
  json["receive_timeout_seconds"] = timeout_json(socket.receive_timeout_ns);
  json["send_timeout_seconds"] = timeout_json(socket.send_timeout_ns);
  json["round_trip_seconds"] = socket.srtt_us == 0 ? Json(nullptr) : json_of(microseconds(socket.srtt_us));
  json["retransmits"] = socket.retransmits;
  json["accept_queue"] = listener ? accept_queue_json(socket) : Json(nullptr);
  return json;
}

}  // namespace sockwarden
