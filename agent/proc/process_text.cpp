#include "agent/proc/process_text.h"

#include <charconv>
#include <limits>

namespace sockwarden {
namespace {

constexpr std::string_view deleted_suffix = " (deleted)";
constexpr std::string_view ellipsis = "…";

/// Takes the text up to `separator` (or all of it) off the front.
std::string_view take(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto piece = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return piece;
}

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<StatText> parse_stat(std::string_view text) {
  const auto open = text.find('(');
  const auto close = text.rfind(')');  // the name may contain ')', what follows it may not
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  StatText stat;
  stat.comm = text.substr(open + 1, close - open - 1);
  auto rest = text.substr(close + 1);
  if (!rest.empty()) rest.remove_prefix(1);
  bool started = false;
  for (int field = 3; !rest.empty() && field <= 49; ++field) {
    const auto piece = take(rest, ' ');
    const auto mix = [&] {
      stat.image = stat.image * 0x9e3779b97f4a7c15 + number_in<std::uint64_t>(piece).value_or(0);
    };
    switch (field) {
      case 3:
        stat.state = piece.empty() ? '?' : piece.front();
        break;
      case 4:
        stat.parent_pid = number_in<std::uint32_t>(piece).value_or(0);
        break;
      case 22: {
        const auto ticks = number_in<std::uint64_t>(piece);
        if (!ticks) return std::nullopt;
        stat.start_ticks = *ticks;
        started = true;
        break;
      }
      case 26:  // startcode
      case 28:  // startstack
      case 48:  // arg_start
        mix();
        break;
      default:
        break;
    }
  }
  if (!started) return std::nullopt;
  return stat;
}

std::vector<std::string> parse_cmdline(std::string_view text) {
  // A rewritten title leaves the old arguments' room filled with NULs.
  while (text.size() > 1 && text.ends_with('\0') && text[text.size() - 2] == '\0') text.remove_suffix(1);
  std::vector<std::string> arguments;
  std::size_t bytes = 0;
  while (!text.empty()) {
    std::string_view argument = take(text, '\0');
    const bool is_long = argument.size() > longest_argument;
    if (is_long) argument = argument.substr(0, longest_argument);
    if (arguments.size() == most_arguments || bytes + argument.size() > longest_arguments) {
      arguments.emplace_back(ellipsis);
      break;
    }
    bytes += argument.size();
    arguments.emplace_back(argument);
    if (is_long) arguments.back() += ellipsis;
  }
  return arguments;
}

std::optional<std::uint64_t> parse_descriptor_limit(std::string_view text) {
  constexpr std::string_view name = "Max open files";
  while (!text.empty()) {
    auto line = take(text, '\n');
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) return std::nullopt;
    line.remove_prefix(begin);
    if (line.starts_with("unlimited")) return std::numeric_limits<std::uint64_t>::max();
    return number_in<std::uint64_t>(line);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> parse_own_number(std::string_view text) {
  constexpr std::string_view name = "NSpid:\t";
  while (!text.empty()) {
    auto line = take(text, '\n');
    if (!line.starts_with(name)) continue;
    return number_in<std::uint32_t>(line.substr(line.rfind('\t') + 1));
  }
  return std::nullopt;
}

std::optional<std::uint32_t> parse_user(std::string_view text) {
  constexpr std::string_view name = "Uid:\t";
  while (!text.empty()) {
    auto line = take(text, '\n');
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    return number_in<std::uint32_t>(line);
  }
  return std::nullopt;
}

std::string parse_cgroup(std::string_view text) {
  std::string_view unified, systemd, longest;
  while (!text.empty()) {
    auto line = take(text, '\n');
    const auto hierarchy = take(line, ':');
    const auto controllers = take(line, ':');
    if (line.ends_with(deleted_suffix)) line.remove_suffix(deleted_suffix.size());
    if (hierarchy == "0" && controllers.empty()) unified = line;
    if (controllers == "name=systemd") systemd = line;
    if (line.size() > longest.size()) longest = line;
  }
  if (unified.size() > 1) return std::string(unified);
  return std::string(systemd.size() > 1 ? systemd : longest);
}

std::optional<std::string> parse_cgroup2_mount(std::string_view mountinfo) {
  std::optional<std::string> found;
  while (!mountinfo.empty()) {
    auto line = take(mountinfo, '\n');
    const auto dash = line.find(" - ");
    if (dash == std::string_view::npos || !line.substr(dash + 3).starts_with("cgroup2 ")) continue;
    for (int field = 0; field < 3; ++field) take(line, ' ');
    const auto root = take(line, ' ');
    auto escaped = take(line, ' ');
    std::string point;
    while (!escaped.empty()) {
      int code = 0;
      if (escaped.front() == '\\' && escaped.size() >= 4 &&
          std::from_chars(escaped.data() + 1, escaped.data() + 4, code, 8).ptr == escaped.data() + 4) {
        point += static_cast<char>(code);
        escaped.remove_prefix(4);
      } else {
        point += escaped.front();
        escaped.remove_prefix(1);
      }
    }
    if (root == "/") return point;
    if (!found) found = point;
  }
  return found;
}

}  // namespace sockwarden
