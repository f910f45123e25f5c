#include "agent/cli/connection_row.h"

#include <cstdio>
#include <ctime>
#include <tuple>

#include "agent/cli/json_cells.h"

namespace sockwarden {
namespace {

std::string text(const Json& json, const char* key) {
  const Json& value = member(json, key);
  return value.is_string() ? value.get<std::string>() : "";
}

template <class T>
std::optional<T> number(const Json& json, const char* key) {
  const Json& value = member(json, key);
  if (!value.is_number()) return std::nullopt;
  return value.get<T>();
}

bool truth(const Json& json, const char* key, bool absent) {
  const Json& value = member(json, key);
  return value.is_boolean() ? value.get<bool>() : absent;
}

std::optional<std::chrono::milliseconds> seconds(const Json& json, const char* key) {
  const auto value = number<double>(json, key);
  if (!value) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*value * 1000));
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_rfc3339(const std::string& text) {
  std::tm parts{};
  int milliseconds = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d.%3dZ", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                  &parts.tm_min, &parts.tm_sec, &milliseconds) != 7) {
    return std::nullopt;
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return std::chrono::seconds(timegm(&parts)) + std::chrono::milliseconds(milliseconds);
}

ConnectionRow row_of(const Json& connection, const std::string& time) {
  ConnectionRow row;
  if (!connection.is_object()) return row;
  const Json& process = member(connection, "process");
  if (process.is_object()) {
    row.comm = text(process, "comm");
    row.service = text(process, "service");
    if (row.service.empty()) row.service = row.comm;
    row.exe = text(process, "exe");
    row.pid = number<std::uint32_t>(process, "pid");
  }
  row.fd = number<std::int64_t>(connection, "fd");
  row.role = truth(connection, "accepted", true) ? text(connection, "role") : "queued";
  row.state = text(connection, "state");
  row.local = text(connection, "local");
  row.remote = text(connection, "remote");
  row.preexisting = truth(connection, "preexisting", false);
  row.age = seconds(connection, "age_seconds");
  if (!row.age) {
    const auto now = parse_rfc3339(time);
    const auto seen = parse_rfc3339(text(connection, "first_seen_at"));
    if (now && seen && *now >= *seen) row.age = *now - *seen;
  }
  row.idle = seconds(connection, "idle_seconds");
  row.exchanges = number<std::uint64_t>(connection, "exchanges").value_or(0);
  row.protocol = text(connection, "protocol");
  if (row.protocol.empty() && truth(connection, "mptcp", false)) row.protocol = "mptcp";
  for (const Json& option : member(connection, "options")) {
    if (option.is_string()) row.options.push_back(option.get<std::string>());
  }
  row.unread_bytes = number<std::uint64_t>(connection, "unread_bytes").value_or(0);
  row.closed_by = text(connection, "closed_by");
  row.close_reason = text(connection, "close_reason");
  return row;
}

bool comes_before(const ConnectionRow& a, const ConnectionRow& b) {
  const auto negative_age = [](const ConnectionRow& row) { return -row.age.value_or(std::chrono::milliseconds(0)); };
  // What has no known process stands last.
  const auto key = [&](const ConnectionRow& row) {
    return std::tuple(row.service.empty(), row.service, row.pid.value_or(0), negative_age(row), row.fd.value_or(-1));
  };
  return key(a) < key(b);
}

}  // namespace sockwarden
