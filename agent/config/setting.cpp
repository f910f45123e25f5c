#include "agent/config/setting.h"

#include <algorithm>
#include <cctype>

#include "agent/config/duration.h"
#include "agent/config/nearest.h"
#include "agent/config/value.h"

namespace sockwarden {
namespace {

using Values = std::vector<std::string>;
using Outcome = tl::expected<void, std::string>;

template <class Reader, class Place>
auto one(Reader read, Place place) {
  return [read, place](Config& config, const Values& values) -> Outcome {
    if (values.size() != 1) return tl::unexpected(std::string("exactly one value is needed"));
    auto value = read(values.front());
    if (!value) return tl::unexpected(value.error());
    place(config) = *value;
    return {};
  };
}

/// A list that may be empty.
template <class Place>
auto texts(Place place) {
  return [place](Config& config, const Values& values) -> Outcome {
    place(config) = values;
    std::erase(place(config), "");
    return {};
  };
}

Outcome set_listen_addresses(Config& config, const Values& values) {
  if (values.empty()) return tl::unexpected(std::string("at least one address is needed"));
  for (const std::string& value : values) {
    if (auto checked = read_listen_address(value); !checked) return tl::unexpected(checked.error());
  }
  config.web.listen_addresses = values;
  return {};
}

Outcome set_without_labels(Config& config, const Values& values) {
  const auto& known = label_names();
  config.metrics.without_labels.clear();
  for (const std::string& value : values) {
    if (value.empty()) continue;
    if (std::find(known.begin(), known.end(), value) == known.end())
      return tl::unexpected("\"" + value + "\" is no label that may be left out; " + suggestion(value, known));
    config.metrics.without_labels.push_back(value);
  }
  return {};
}

std::vector<Setting> table() {
  using Form = Setting::Form;
  const auto text = [](const std::string& value) -> tl::expected<std::string, std::string> { return value; };
  const auto count = count_between(1, 1U << 24);
  const auto by_profile = duration_by_profile(std::chrono::milliseconds(100), std::chrono::hours(24 * 7));
  return {
      {"profile", "--profile", "thresholds and scan interval: production or development", Form::value, false,
       one(
           read_profile, [](Config & c) -> auto& { return c.profile; }),
       "production"},
      {"web.listen_addresses", "--web.listen-address", "address and port to serve on; repeatable", Form::list, false,
       set_listen_addresses, "127.0.0.1:10180,[::1]:10180"},
      {"web.systemd_socket", "--web.systemd-socket",
       "serve on the sockets that systemd passes (socket activation) and on no address", Form::switch_on, false,
       one(
           read_bool, [](Config & c) -> auto& { return c.web.systemd_socket; }),
       "false"},
      {"web.config_file", "--web.config.file",
       "exporter-toolkit web configuration: TLS, client certificates, passwords", Form::value, false,
       one(
           text, [](Config & c) -> auto& { return c.web.config_file; }),
       ""},
      {"web.allowed_hosts", "--web.allowed-host",
       "name in Host that is answered besides this host's own, a glob; repeatable", Form::list, false,
       texts([](Config & c) -> auto& { return c.web.allowed_hosts; }), ""},
      {"api.command_lines", "", "", Form::value, false,
       one(
           read_command_lines, [](Config & c) -> auto& { return c.api.full_command_lines; }),
       "redacted"},
      {"api.redact", "", "", Form::list, false, texts([](Config & c) -> auto& { return c.api.redact; }),
       "pass,pwd,secret,token,api-key,access-key,private-key,credential,authorization,cookie"},
      {"api.other_users", "", "", Form::value, false,
       one(
           read_other_users, [](Config & c) -> auto& { return c.api.other_users_in_full; }),
       "as-proc"},
      {"log.level", "--log.level", "debug, info, warn or error", Form::value, false,
       one(
           read_log_level, [](Config & c) -> auto& { return c.log.level; }),
       "info"},
      {"log.format", "--log.format", "text, json, or automatic (text on a terminal)", Form::value, false,
       one(
           read_log_format, [](Config & c) -> auto& { return c.log.format; }),
       "automatic"},
      {"kernel.scan_interval", "--scan-interval", "time between scans; 5s in production, 1s in development",
       Form::value, false,
       one(
           by_profile, [](Config & c) -> auto& { return c.kernel.scan_interval; }),
       "by-profile", [](const Config& c) { return format_duration(c.kernel.scan_interval); }},
      {"kernel.ring_bytes", "--ring-bytes", "ring of closed connections' details", Form::value, true,
       one(
           read_ring_bytes, [](Config & c) -> auto& { return c.kernel.ring_bytes; }),
       "1MiB"},
      {"kernel.max_sockets", "--max-sockets", "records where socket storage is missing", Form::value, true,
       one(
           count, [](Config & c) -> auto& { return c.kernel.max_sockets; }),
       "131072"},
      {"kernel.max_processes", "--max-processes", "rows of the process table", Form::value, true,
       one(
           count, [](Config & c) -> auto& { return c.kernel.max_processes; }),
       "8192"},
      {"kernel.max_endpoints", "--max-endpoints", "rows of the endpoint table", Form::value, true,
       one(
           count, [](Config & c) -> auto& { return c.kernel.max_endpoints; }),
       "16384"},
      {"kernel.protocol_parser", "--no-protocol-parser", "do not read first bytes: no protocols and phases",
       Form::switch_off, true,
       one(
           read_bool, [](Config & c) -> auto& { return c.kernel.protocol_parser; }),
       "true"},
      {"kernel.stacks", "--no-stacks", "no user stack at connect", Form::switch_off, true,
       one(
           read_bool, [](Config & c) -> auto& { return c.kernel.stacks; }),
       "true"},
      {"kernel.seed_orphans", "--seed-orphans",
       "look once, at the start, for connections that no descriptor refers to: true, false or by-kernel", Form::value,
       true,
       one(
           bool_by_kernel, [](Config & c) -> auto& { return c.kernel.seed_orphans; }),
       "by-kernel"},
      {"metrics.endpoints_per_process", "--metrics.endpoints-per-process",
       "endpoint series a process; the rest is one series, other", Form::value, false,
       one(
           count_between(0, 1U << 20), [](Config & c) -> auto& { return c.metrics.endpoints_per_process; }),
       "50"},
      {"metrics.without_labels", "--metrics.without-label",
       "label that no series is to have, such as container_id; repeatable", Form::list, false, set_without_labels, ""},
      {"findings.retention", "--findings.retention", "how long resolved findings are kept", Form::value, false,
       one(
           read_seconds, [](Config & c) -> auto& { return c.findings.retention; }),
       "15m"},
      {"thresholds.wait", "", "", Form::value, false,
       one(
           by_profile, [](Config & c) -> auto& { return c.thresholds.wait; }),
       "by-profile", [](const Config& c) { return format_duration(c.thresholds.wait); }},
      {"thresholds.leak", "", "", Form::value, false,
       one(
           by_profile, [](Config & c) -> auto& { return c.thresholds.leak; }),
       "by-profile", [](const Config& c) { return format_duration(c.thresholds.leak); }},
      {"thresholds.close_wait", "", "", Form::value, false,
       one(
           by_profile, [](Config & c) -> auto& { return c.thresholds.close_wait; }),
       "by-profile", [](const Config& c) { return format_duration(c.thresholds.close_wait); }},
      {"thresholds.unproven", "", "", Form::value, false,
       one(
           by_profile, [](Config & c) -> auto& { return c.thresholds.unproven; }),
       "by-profile", [](const Config& c) { return format_duration(c.thresholds.unproven); }},
      {"thresholds.leak_count", "", "", Form::value, false,
       one(
           count_by_profile, [](Config & c) -> auto& { return c.thresholds.leak_count; }),
       "by-profile", [](const Config& c) { return std::to_string(c.thresholds.leak_count); }},
  };
}

}  // namespace

std::string Setting::variable() const {
  std::string name = "SOCKWARDEN_";
  for (const char letter : key) {
    name += letter == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return name;
}

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = table();
  return all;
}

const Setting* find_setting(const std::string& key) {
  for (const Setting& setting : settings()) {
    if (setting.key == key) return &setting;
  }
  return nullptr;
}

}  // namespace sockwarden
