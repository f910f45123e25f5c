#include "agent/contract/build_info.h"
#include "agent/publish/api.h"
#include "agent/publish/heap.h"
#include "agent/publish/loss_names.h"
#include "agent/publish/process_usage.h"
#include "agent/publish/query.h"

namespace sockwarden {
namespace {

Json hooks_json(const std::vector<HookStatus>& hooks) {
  Json rows = Json::array();
  for (const auto& hook : hooks) {
    Json row;
    row["name"] = hook.name;
    row["kind"] = hook.kind;
    row["gives"] = hook.gives;
    row["attached"] = hook.attached;
    row["required"] = hook.required;
    row["variant"] = json_of_known(hook.variant);
    row["variant_reason"] = json_of_known(hook.variant_reason);
    row["unseen"] = json_of_known(hook.unseen);
    row["reason"] = json_of_known(hook.reason);
    row["lost"] = json_of_known(hook.lost);
    rows.push_back(std::move(row));
  }
  return rows;
}

Json scan_json(const Model& model, const ScanHealth& health, Instant now) {
  Json json{{"number", model.number},
            {"time", rfc3339(model.wall)},
            {"duration_seconds", json_of(model.scan_duration)},
            {"connections", model.connections.size()},
            {"processes", model.processes.size()}};
  json["last_good_age_seconds"] = health.last_good ? json_of(now - health.last_good->ended) : Json(nullptr);
  json["failures"] = health.failures;
  json["failing"] = nullptr;
  if (health.failing) {
    json["failing"] = {
        {"part", health.failing->part}, {"reason", health.failing->reason}, {"since", rfc3339(health.failing->since)}};
  }
  return json;
}

Json losses_json(const Model& model) {
  Json json = Json::object();
  for (int loss = 0; loss < SW_LOSS_COUNT; ++loss) {
    if (const char* name = name_of_loss(static_cast<sw_loss>(loss)))
      json[name] = model.losses[static_cast<std::size_t>(loss)];
  }
  return json;
}

template <class T>
Json known(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json tables_json(const std::vector<TableFill>& tables) {
  Json rows = Json::array();
  for (const auto& table : tables) {
    rows.push_back({{"name", table.name},
                    {"entries", known(table.entries)},
                    {"capacity", known(table.capacity)},
                    {"bytes", table.bytes}});
  }
  return rows;
}

Json memory_json(const ProcessUsage& usage, const HeapUse& heap) {
  return {{"resident_bytes", known(usage.resident_bytes)},
          {"heap_used_bytes", heap.used_bytes},
          {"heap_free_bytes", heap.free_bytes}};
}

/// What the agent itself costs.
Json usage_json(const ProcessUsage& usage) {
  return {{"cpu_seconds", known(usage.cpu_seconds)},
          {"resident_bytes", known(usage.resident_bytes)},
          {"open_descriptors", known(usage.open_descriptors)}};
}

Json config_json(const ConfigState& config) {
  Json json;
  json["file"] = json_of_known(config.file);
  json["profile"] = json_of_known(config.profile);
  json["reload_successful"] = config.reload_successful;
  json["reloaded_at"] = config.reloaded == WallTime{} ? Json(nullptr) : Json(rfc3339(config.reloaded));
  json["error"] = json_of_known(config.error);
  return json;
}

Json web_json(const WebState& state) {
  Json json;
  json["addresses"] = state.addresses;
  json["config_file"] = json_of_known(state.config_file);
  json["tls"] = state.tls;
  json["basic_auth"] = state.basic_auth;
  json["reload_successful"] = state.reload_successful;
  json["error"] = json_of_known(state.error);
  return json;
}

}  // namespace

Response api_status(const Request& request, const Published& published, const AgentState& state) {
  const auto query = Query::of(request, {});
  if (!query) return api_error(400, query.error());
  const Model& model = published.model;
  Json data;
  data["version"] = this_build().version;
  data["revision"] = this_build().revision;
  data["started_at"] = rfc3339(published.started);
  data["uptime_seconds"] = json_of(state.now - published.began);
  data["scan"] = scan_json(model, state.scans, state.now);
  data["hooks"] = hooks_json(published.hooks);
  data["losses"] = losses_json(model);
  data["folded_endpoints"] = model.folded_endpoints;
  data["memory"] = memory_json(state.usage, heap_use());
  data["tables"] = tables_json(model.tables);
  data["usage"] = usage_json(state.usage);
  data["config"] = config_json(published.config);
  data["web"] = web_json(state.web);
  return api_success(data);
}

}  // namespace sockwarden
