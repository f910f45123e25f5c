#include "agent/publish/connection_json.h"

#include <chrono>

namespace sockwarden {
namespace {

using std::chrono::nanoseconds;

/// 0 is none.
Json json_of_some(nanoseconds duration) { return duration.count() == 0 ? Json(nullptr) : json_of(duration); }

Json process_json(const Connection& connection, const Process* process, bool all) {
  Json json;
  json["pid"] = connection.pid == 0 ? Json(nullptr) : Json(connection.pid);
  json["service"] = process != nullptr ? json_of_known(process->identity.service) : Json(nullptr);
  json["comm"] = process != nullptr ? json_of_known(process->identity.comm) : Json(nullptr);
  json["exe"] = process != nullptr && all ? json_of_known(process->facts.exe) : Json(nullptr);
  json["container_id"] = process != nullptr ? process->identity.container_id : "";
  json["unit"] = process != nullptr ? process->identity.unit : "";
  json["cgroup"] = process != nullptr ? process->facts.cgroup : "";
  return json;
}

Json connect_json(const Connection& connection) {
  if (connection.connect == SW_CONNECT_NONE) return nullptr;
  Json json;
  json["outcome"] = name_of_connect(static_cast<std::uint8_t>(connection.connect));
  const bool timed = connection.connect == SW_CONNECT_ESTABLISHED;
  json["duration_seconds"] = timed ? json_of(connection.connect_duration) : Json(nullptr);
  return json;
}

Json first_byte_json(const FirstBytes& first_bytes) {
  if (first_bytes.count == 0) return nullptr;
  Json json;
  json["count"] = first_bytes.count;
  json["mean_seconds"] = json_of(first_bytes.sum / first_bytes.count);
  json["max_seconds"] = json_of(first_bytes.longest);
  return json;
}

Json options_set_json(std::uint64_t options_set) {
  Json names = Json::array();
  for (std::uint8_t option = 0; option < SW_OPTION_COUNT; ++option) {
    if ((options_set >> option & 1) != 0) names.push_back(name_of_option(option));
  }
  return names;
}

Json accept_queue_json(const AcceptQueue& queue) {
  return {{"length", queue.length}, {"limit", queue.limit}, {"drops", queue.drops}};
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

Json to_json(const Connection& connection, const Model& model, const View& view) {
  const Process* process = model.process_of(connection);
  const bool all = process == nullptr || view.tells_all(*process);
  const bool listener = connection.role == Role::listener;
  Json json;
  json["id"] = connection.id;
  json["process"] = process_json(connection, process, all);
  json["role"] = name_of(connection.role);
  json["protocol"] = json_of_known(name_of(connection.protocol));
  json["state"] = name_of(connection.state);
  json["local"] = connection.local.string();
  json["remote"] = listener ? Json(nullptr) : Json(connection.remote.string());
  json["fd"] = connection.fd && all ? Json(*connection.fd) : Json(nullptr);
  json["inode"] = connection.inode == 0 ? Json(nullptr) : Json(connection.inode);
  json["preexisting"] = connection.preexisting;
  json["accepted"] = connection.accepted;
  json["mptcp"] = connection.mptcp;
  add_history(json, connection, model);
  json["exchanges"] = connection.exchanges;
  json["unread_bytes"] = connection.unread_bytes;
  json["unsent_bytes"] = connection.unsent_bytes;
  json["received_bytes"] = connection.received_bytes;
  json["sent_bytes"] = connection.sent_bytes;
  json["connect"] = connect_json(connection);
  json["first_byte"] = first_byte_json(connection.first_bytes);
  json["options"] = options_in_force(connection);
  json["options_set"] = options_set_json(connection.options.set);
  json["receive_timeout_seconds"] = json_of_some(connection.options.receive_timeout);
  json["send_timeout_seconds"] = json_of_some(connection.options.send_timeout);
  json["round_trip_seconds"] = json_of_some(connection.round_trip);
  json["retransmits"] = connection.retransmits;
  json["accept_queue"] = listener ? accept_queue_json(connection.accept_queue) : Json(nullptr);
  return json;
}

}  // namespace sockwarden
