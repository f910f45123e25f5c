// What the texts under /proc/PID say. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sockwarden {

struct StatText {
  std::string comm;  ///< raw: any byte but NUL
  char state = '?';
  std::uint32_t parent_pid = 0;
  std::uint64_t start_ticks = 0;
  /// Changes with each exec (where the code and the stack lie); 0 where the kernel hides it.
  std::uint64_t image = 0;
};
[[nodiscard]] std::optional<StatText> parse_stat(std::string_view text);

/// Of a task's status, its number in the innermost PID namespace that it is in; nothing if the line is missing.
[[nodiscard]] std::optional<std::uint32_t> parse_own_number(std::string_view text);

/// Arguments are what their process likes: of many only the first are kept, and of a long one its beginning. Where some
/// are left out, the last is "…".
[[nodiscard]] std::vector<std::string> parse_cmdline(std::string_view text);
inline constexpr std::size_t most_arguments = 128, longest_argument = 1024, longest_arguments = 4096;

/// The soft limit of open files; nothing if the line is missing. Unlimited is the greatest number.
[[nodiscard]] std::optional<std::uint64_t> parse_descriptor_limit(std::string_view text);

/// The real user in the text of /proc/PID/status.
[[nodiscard]] std::optional<std::uint32_t> parse_user(std::string_view text);

/// The path of a process: cgroup2's; where that is the root, that of v1's systemd hierarchy, or the longest of all.
[[nodiscard]] std::string parse_cgroup(std::string_view text);

/// Where cgroup2 is mounted according to /proc/self/mountinfo's text, or nothing.
[[nodiscard]] std::optional<std::string> parse_cgroup2_mount(std::string_view mountinfo);

}  // namespace sockwarden
