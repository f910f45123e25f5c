// A connection as the API states it, read back for the table and the filters.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/publish/json.h"

namespace sockwarden {

struct ConnectionRow {
  std::string comm;     ///< raw bytes, empty = unknown
  std::string service;  ///< what people call it; empty = unknown
  std::string exe;
  std::optional<std::uint32_t> pid;
  std::optional<std::int64_t> fd;
  std::string role;   ///< "client"; "queued" for one that is not accepted yet
  std::string state;  ///< "ESTABLISHED"
  std::string local;
  std::string remote;  ///< empty for a listener
  bool preexisting = false;
  std::optional<std::chrono::milliseconds> age;  ///< for a preexisting one: since it was first seen
  std::optional<std::chrono::milliseconds> idle;
  std::uint64_t exchanges = 0;
  std::string protocol;
  std::vector<std::string> options;
  std::uint64_t unread_bytes = 0;
  std::string closed_by;
  std::string close_reason;
};

/// `time` is when the list was made, RFC 3339. Missing and null keys are empty; never throws.
[[nodiscard]] ConnectionRow row_of(const Json& connection, const std::string& time);

/// By process, then the oldest first. The same order for `rows` made of `connections`.
[[nodiscard]] bool comes_before(const ConnectionRow& a, const ConnectionRow& b);

/// "2026-11-22T04:10:11.123Z" as time since the epoch.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_rfc3339(const std::string& text);

}  // namespace sockwarden
