// Readers of single values: text -> value, or why not.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "agent/config/config.h"

namespace sockwarden {

template <class T>
using Read = tl::expected<T, std::string>;

[[nodiscard]] Read<Profile> read_profile(const std::string& text);
[[nodiscard]] Read<std::string> read_log_level(const std::string& text);
[[nodiscard]] Read<LogFormat> read_log_format(const std::string& text);
[[nodiscard]] Read<bool> read_command_lines(const std::string& text);  ///< "redacted", "full" = true
[[nodiscard]] Read<bool> read_other_users(const std::string& text);    ///< "as-proc", "full" = true
[[nodiscard]] Read<bool> read_bool(const std::string& text);
[[nodiscard]] Read<std::optional<bool>> bool_by_kernel(const std::string& text);  ///< nothing = "by-kernel"
[[nodiscard]] Read<std::string> read_listen_address(const std::string& text);  ///< "host:port", ":port", "[::1]:port"
[[nodiscard]] Read<std::uint32_t> read_ring_bytes(const std::string& text);
[[nodiscard]] Read<std::chrono::seconds> read_seconds(const std::string& text);
/// "2027-03-01", the beginning of that day, or "2027-03-01T12:30:00Z"; in UTC.
[[nodiscard]] Read<std::chrono::system_clock::time_point> read_time(const std::string& text);
/// The labels of metrics that may be left out.
[[nodiscard]] const std::vector<std::string>& label_names();
[[nodiscard]] Read<std::uint32_t> count_by_profile(const std::string& text);  ///< 0 = "by-profile"
[[nodiscard]] std::function<Read<std::uint32_t>(const std::string&)> count_between(std::uint32_t least,
                                                                                   std::uint32_t most);
/// 0 = "by-profile".
[[nodiscard]] std::function<Read<std::chrono::milliseconds>(const std::string&)> duration_by_profile(
    std::chrono::milliseconds least, std::chrono::milliseconds most);
[[nodiscard]] std::function<Read<std::chrono::milliseconds>(const std::string&)> duration_between(
    std::chrono::milliseconds least, std::chrono::milliseconds most);

}  // namespace sockwarden
