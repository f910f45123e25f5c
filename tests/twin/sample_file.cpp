#include "tests/twin/sample_file.h"

#include <fstream>

#include "agent/model/model.h"
#include "tests/twin/abi_json.h"

namespace sockwarden::testing {
namespace {

constexpr int format = 1;  // counted up with every change of what is below

Json optional_json(const std::optional<std::uint64_t>& value) { return value ? Json(*value) : Json(); }

std::optional<std::uint64_t> optional_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() || found->is_null() ? std::nullopt : std::optional(found->get<std::uint64_t>());
}

Json facts_json(const ProcessFacts& facts) {
  return {{"pid", facts.pid},
          {"parent_pid", facts.parent_pid},
          {"start_ticks", facts.start_ticks},
          {"comm", facts.comm},
          {"cmdline", facts.cmdline},
          {"exe", facts.exe},
          {"cgroup", facts.cgroup},
          {"container_id", facts.container_id},
          {"unit", facts.unit},
          {"service", facts.service},
          {"descriptor_limit", optional_json(facts.descriptor_limit)},
          {"descriptor_count", optional_json(facts.descriptor_count)}};
}

ProcessFacts facts_of(const Json& json) {
  return {.pid = json.at("pid"),
          .parent_pid = json.at("parent_pid"),
          .start_ticks = json.at("start_ticks"),
          .real_uid = std::nullopt,  // samples keep no users
          .comm = json.at("comm"),
          .cmdline = json.at("cmdline"),
          .uid = std::nullopt,
          .exe = json.at("exe"),
          .cgroup = json.at("cgroup"),
          .container_id = json.at("container_id"),
          .container_runtime = {},  // nor this, and what follows from the control group
          .pod_uid = {},
          .slice = {},
          .unit = json.at("unit"),
          .service = json.value("service", ""),
          .descriptor_limit = optional_of(json, "descriptor_limit"),
          .descriptor_count = optional_of(json, "descriptor_count")};
}

std::string name_of(std::uint32_t process, const sw_address& address) {
  return std::to_string(process) + " " + Address::from(address).string();
}

Json connections_json(const std::vector<sw_connection>& connections, const AbiJson& abi) {
  Json json = Json::object();
  for (const auto& connection : connections)
    json[std::to_string(connection.record.id)] = abi.write("sw_connection", connection);
  return json;
}

std::vector<sw_connection> connections_of(const Json& json, const AbiJson& abi) {
  std::vector<sw_connection> connections;
  for (const Json& one : json) connections.push_back(abi.read<sw_connection>("sw_connection", one));
  return connections;
}

Json process_json(const ProcessSample& sample, const AbiJson& abi) {
  Json json{
      {"process", abi.write("sw_process", sample.process)}, {"retired", sample.retired}, {"roles", Json::object()}};
  for (std::size_t role = 0; role < sample.roles.size(); ++role)
    if (sample.roles[role]) json["roles"][std::to_string(role)] = abi.write("sw_process_role", *sample.roles[role]);
  return json;
}

ProcessSample process_of(const Json& json, const AbiJson& abi) {
  ProcessSample sample;
  sample.process = abi.read<sw_process>("sw_process", json.at("process"));
  sample.retired = json.at("retired");
  for (const auto& [role, row] : json.at("roles").items())
    sample.roles.at(std::stoul(role)) = abi.read<sw_process_role>("sw_process_role", row);
  return sample;
}

Json sample_json(const Sample& sample, const AbiJson& abi) {
  Json json{{"time_ns", sample.time.time_since_epoch().count()},
            {"wall_ns", sample.wall.time_since_epoch().count()},
            {"number", sample.number},
            {"scan_duration_ns", sample.scan_duration.count()},
            {"live", connections_json(sample.live, abi)},
            {"closed", connections_json(sample.closed, abi)}};
  for (const char* name :
       {"processes", "endpoints", "other_options", "refused_binds", "descriptors", "facts", "tables"})
    json[name] = Json::object();
  for (const auto& one : sample.processes)
    json["processes"][std::to_string(one.process.serial)] = process_json(one, abi);
  for (const auto& one : sample.endpoints)
    json["endpoints"][std::to_string(one.key.role) + " " + name_of(one.key.process, one.key.remote)] = {
        {"key", abi.write("sw_endpoint_key", one.key)},
        {"totals", abi.write("sw_totals", one.totals)},
        {"retired", one.retired}};
  for (const auto& one : sample.other_options) {
    const Json key = abi.write("sw_other_option_key", one.key);
    json["other_options"][key.dump()] = {{"key", key}, {"count", one.count}};
  }
  for (const auto& one : sample.refused_binds)
    json["refused_binds"][name_of(one.key.process, one.key.local)] = {
        {"key", abi.write("sw_refused_bind_key", one.key)}, {"refused", abi.write("sw_refused_bind", one.refused)}};
  for (const auto& [pid, counts] : sample.descriptors)
    json["descriptors"][std::to_string(pid)] = abi.write("sw_descriptor_counts", counts);
  for (const auto& [pid, facts] : sample.facts) json["facts"][std::to_string(pid)] = facts_json(facts);
  for (const auto& table : sample.tables)
    json["tables"][table.name] = {table.entries.value_or(0), table.capacity.value_or(0)};
  for (std::size_t loss = 0; loss < sample.losses.size(); ++loss)
    json["losses"][std::to_string(loss)] = sample.losses[loss];
  return json;
}

Sample sample_of(const Json& json, const AbiJson& abi) {
  Sample sample;
  sample.time = Instant(std::chrono::nanoseconds(json.at("time_ns")));
  sample.wall = WallTime(std::chrono::nanoseconds(json.at("wall_ns")));
  sample.number = json.at("number");
  sample.scan_duration = std::chrono::nanoseconds(json.at("scan_duration_ns"));
  sample.live = connections_of(json.at("live"), abi);
  sample.closed = connections_of(json.at("closed"), abi);
  for (const Json& one : json.at("processes")) sample.processes.push_back(process_of(one, abi));
  for (const Json& one : json.at("endpoints"))
    sample.endpoints.push_back({abi.read<sw_endpoint_key>("sw_endpoint_key", one.at("key")),
                                abi.read<sw_totals>("sw_totals", one.at("totals")), one.at("retired")});
  for (const Json& one : json.at("other_options"))
    sample.other_options.push_back(
        {abi.read<sw_other_option_key>("sw_other_option_key", one.at("key")), one.at("count")});
  for (const Json& one : json.at("refused_binds"))
    sample.refused_binds.push_back({abi.read<sw_refused_bind_key>("sw_refused_bind_key", one.at("key")),
                                    abi.read<sw_refused_bind>("sw_refused_bind", one.at("refused"))});
  for (const auto& [pid, counts] : json.at("descriptors").items())
    sample.descriptors[static_cast<std::uint32_t>(std::stoul(pid))] =
        abi.read<sw_descriptor_counts>("sw_descriptor_counts", counts);
  for (const Json& facts : json.at("facts")) sample.facts[facts.at("pid")] = facts_of(facts);
  for (const auto& [name, table] : json.at("tables").items())
    sample.tables.push_back({name, table.at(0).get<std::uint64_t>(), table.at(1).get<std::uint64_t>(), 0});
  for (const auto& [loss, count] : json.at("losses").items()) {
    if (std::stoul(loss) >= sample.losses.size()) throw StaleCapture("there is no loss " + loss + " any more");
    sample.losses[std::stoul(loss)] = count;
  }
  return sample;
}

/// The merge patch that makes `to` of `from`.
Json change(const Json& from, const Json& to) {
  if (!from.is_object() || !to.is_object()) return to;
  Json patch = Json::object();
  for (const auto& [name, value] : to.items()) {
    const auto found = from.find(name);
    if (found == from.end() || *found != value) patch[name] = found == from.end() ? value : change(*found, value);
  }
  for (const auto& [name, value] : from.items())
    if (!to.contains(name)) patch[name] = nullptr;
  return patch;
}

}  // namespace

void write_samples(const std::string& path, const std::vector<Sample>& samples) {
  const AbiJson abi;
  std::ofstream file(path);
  Json last = Json::object();
  file << "{\"format\": " << format << ", \"samples\": [\n";
  for (const Sample& sample : samples) {
    Json now = sample_json(sample, abi);
    file << (&sample == samples.data() ? "" : ",\n") << change(last, now).dump();
    last = std::move(now);
  }
  file << "\n]}\n";
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

std::vector<Sample> read_samples(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  const Json json = Json::parse(file);
  if (json.at("format") != format) throw StaleCapture(path + " has another format");
  const AbiJson abi;
  std::vector<Sample> samples;
  Json now = Json::object();
  for (const Json& patch : json.at("samples")) {
    now.merge_patch(patch);
    samples.push_back(sample_of(now, abi));
  }
  return samples;
}

}  // namespace sockwarden::testing
