#include "agent/config/value.h"

#include <unistd.h>

#include <bit>
#include <charconv>
#include <ctime>

#include "agent/config/duration.h"
#include "agent/config/size.h"

namespace sockwarden {
namespace {

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

Read<Profile> read_profile(const std::string& text) {
  if (text == "production") return Profile::production;
  if (text == "development") return Profile::development;
  return tl::unexpected(quoted(text) + " is no profile; use production or development");
}

Read<std::string> read_log_level(const std::string& text) {
  if (text == "debug" || text == "info" || text == "warn" || text == "error") return text;
  return tl::unexpected(quoted(text) + " is no log level; use debug, info, warn or error");
}

Read<LogFormat> read_log_format(const std::string& text) {
  if (text == "automatic") return LogFormat::automatic;
  if (text == "text") return LogFormat::text;
  if (text == "json") return LogFormat::json;
  return tl::unexpected(quoted(text) + " is no log format; use automatic, text or json");
}

Read<bool> read_command_lines(const std::string& text) {
  if (text == "redacted") return false;
  if (text == "full") return true;
  return tl::unexpected(quoted(text) + " is no way to show command lines; use redacted or full");
}

Read<bool> read_other_users(const std::string& text) {
  if (text == "as-proc") return false;
  if (text == "full") return true;
  return tl::unexpected(quoted(text) + " is no way to show other users' processes; use as-proc or full");
}

Read<bool> read_bool(const std::string& text) {
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  return tl::unexpected(quoted(text) + " is neither true nor false");
}

Read<std::optional<bool>> bool_by_kernel(const std::string& text) {
  if (text == "by-kernel") return std::optional<bool>();
  const auto value = read_bool(text);
  if (!value) return tl::unexpected(quoted(text) + " is neither true nor false nor by-kernel");
  return std::optional(*value);
}

Read<std::string> read_listen_address(const std::string& text) {
  const std::string hint = "; write it like 127.0.0.1:10180, [::1]:10180 or :10180";
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return tl::unexpected(quoted(text) + " has no port" + hint);
  const std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (!bracketed && host.find_first_of(":[] ") != std::string::npos) {
    return tl::unexpected(quoted(text) + " is no address" + hint);
  }
  unsigned port = 0;
  const char* const begin = text.data() + colon + 1;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, port);
  if (error != std::errc() || stop != end || port > 65535) {
    return tl::unexpected(quoted(text) + " has no port between 0 and 65535" + hint);
  }
  return text;
}

Read<std::uint32_t> read_ring_bytes(const std::string& text) {
  const auto bytes = parse_size(text);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  if (!std::has_single_bit(*bytes) || *bytes < page || *bytes > (1ULL << 30)) {
    return tl::unexpected(quoted(text) + " is no power of two between " + std::to_string(page) + " and 1GiB");
  }
  return static_cast<std::uint32_t>(*bytes);
}

std::function<Read<std::chrono::milliseconds>(const std::string&)> duration_between(std::chrono::milliseconds least,
                                                                                    std::chrono::milliseconds most) {
  return [least, most](const std::string& text) -> Read<std::chrono::milliseconds> {
    auto duration = parse_duration(text);
    if (duration && (*duration < least || *duration > most)) {
      return tl::unexpected(quoted(text) + " is not between " + format_duration(least) + " and " +
                            format_duration(most));
    }
    return duration;
  };
}

std::function<Read<std::chrono::milliseconds>(const std::string&)> duration_by_profile(std::chrono::milliseconds least,
                                                                                       std::chrono::milliseconds most) {
  return [read = duration_between(least, most)](const std::string& text) -> Read<std::chrono::milliseconds> {
    if (text == "by-profile") return std::chrono::milliseconds(0);
    return read(text);
  };
}

Read<std::chrono::seconds> read_seconds(const std::string& text) {
  const auto duration = duration_between(std::chrono::seconds(1), std::chrono::hours(24 * 30))(text);
  if (!duration) return tl::unexpected(duration.error());
  if (duration->count() % 1000 != 0) return tl::unexpected(quoted(text) + " is no number of whole seconds");
  return std::chrono::duration_cast<std::chrono::seconds>(*duration);
}

Read<std::chrono::system_clock::time_point> read_time(const std::string& text) {
  std::tm parts{};
  const char* const end = strptime(text.c_str(), text.size() > 10 ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d", &parts);
  const std::tm given = parts;
  const std::time_t seconds = timegm(&parts);
  // 31 February is taken for a day of March.
  if (end == nullptr || *end != '\0' || parts.tm_mday != given.tm_mday) {
    return tl::unexpected(quoted(text) + " is no time; write it like 2027-03-01 or 2027-03-01T12:30:00Z, in UTC");
  }
  return std::chrono::system_clock::from_time_t(seconds);
}

std::function<Read<std::uint32_t>(const std::string&)> count_between(std::uint32_t least, std::uint32_t most) {
  return [least, most](const std::string& text) -> Read<std::uint32_t> {
    std::uint32_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number < least || number > most) {
      return tl::unexpected(quoted(text) + " is no whole number between " + std::to_string(least) + " and " +
                            std::to_string(most));
    }
    return number;
  };
}

const std::vector<std::string>& label_names() {
  static const std::vector<std::string> names{"service",        "comm",      "container_id", "unit",    "role",
                                              "server_address", "qualifier", "confidence",   "severity"};
  return names;
}

Read<std::uint32_t> count_by_profile(const std::string& text) {
  if (text == "by-profile") return 0U;
  return count_between(1, 1U << 24)(text);
}

}  // namespace sockwarden
