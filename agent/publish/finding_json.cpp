#include "agent/publish/finding_json.h"

#include <cmath>
#include <variant>

namespace sockwarden {
namespace {

/// Words of it may have been read of the process's memory and descriptors.
Json evidence_json(const std::map<std::string, EvidenceValue>& evidence, bool with_words) {
  Json json = Json::object();
  for (const auto& [name, value] : evidence) {
    if (with_words || !std::holds_alternative<std::string>(value))
      json[name] = std::visit([](const auto& plain) { return Json(plain); }, value);
  }
  return json;
}

Json origin_json(const std::vector<OriginStack>& stacks) {
  Json json = Json::array();
  for (const auto& stack : stacks) json.push_back({{"count", stack.count}, {"frames", stack.frames}});
  return json;
}

Json process_json(const Process& process, const View& view) {
  Json json;
  json["pid"] = process.pid;
  json["service"] = process.identity.service;
  json["comm"] = process.identity.comm;
  json["cmdline"] = view.command_line(process);
  json["exe"] = view.tells_all(process) ? Json(process.facts.exe) : Json(nullptr);
  json["container_id"] = process.identity.container_id;
  json["container_runtime"] = process.facts.container_runtime;
  json["k8s_pod_uid"] = process.facts.pod_uid;
  json["unit"] = process.identity.unit;
  json["slice"] = process.facts.slice;
  json["cgroup"] = process.facts.cgroup;
  return json;
}

}  // namespace

Json to_json(const LedgerEntry& entry, const View& view) {
  const bool all = view.tells_all(entry.process);
  const Finding& finding = entry.finding;
  Json json;
  json["id"] = entry.id;
  json["class"] = finding.class_name;
  if (!finding.qualifier_name.empty()) json[finding.qualifier_name] = finding.qualifier;
  json["confidence"] = name_of(finding.confidence);
  json["severity"] = name_of(finding.severity);
  json["state"] = entry.active ? "active" : "resolved";
  json["process"] = process_json(entry.process, view);
  json["endpoint"] = {{"role", name_of(finding.role)},
                      {"protocol", name_of(finding.protocol)},
                      {"remote", finding.remote},
                      {"local", finding.local}};
  json["count"] = finding.count;
  json["total"] = entry.total;
  json["first_seen"] = rfc3339(entry.first_seen);
  json["last_seen"] = rfc3339(entry.last_seen);
  json["resolved_at"] = json_of(entry.resolved_at);
  json["resolution"] = entry.resolution ? Json(name_of(*entry.resolution)) : Json(nullptr);
  json["muted"] = entry.muted ? Json{{"reason", entry.muted->reason}, {"until", json_of(entry.muted->until)}} : Json();
  json["evidence"] = evidence_json(finding.evidence, all);
  json["origin"] = all ? origin_json(finding.origin) : Json::array();
  json["summary"] = finding.summary;
  json["advice"] = finding.advice;
  return json;
}

}  // namespace sockwarden
