#include "agent/config/duration.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

namespace sockwarden {
namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

tl::unexpected<std::string> no_duration(std::string_view text) {
  return tl::unexpected("\"" + std::string(text) + "\" is no duration; write it like 200ms, 5s, 2m or 1h30m");
}

}  // namespace

tl::expected<std::chrono::milliseconds, std::string> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  std::int64_t last_unit = std::numeric_limits<std::int64_t>::max();
  std::string_view rest = text;
  if (rest.empty()) return no_duration(text);
  while (!rest.empty()) {
    if (rest.front() < '0' || rest.front() > '9') return no_duration(text);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc()) return no_duration(text);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const std::string_view name = rest.substr(0, rest.find_first_of("0123456789"));
    std::int64_t unit = 0;
    for (const auto& [unit_name, milliseconds] : units) {
      if (unit_name == name) unit = milliseconds;
    }
    if (unit == 0 || unit >= last_unit) return no_duration(text);
    std::int64_t part = 0;
    if (__builtin_mul_overflow(number, unit, &part) || __builtin_add_overflow(total, part, &total)) {
      return tl::unexpected("\"" + std::string(text) + "\" is too long a duration");
    }
    last_unit = unit;
    rest.remove_prefix(name.size());
  }
  return std::chrono::milliseconds(total);
}

std::string format_duration(std::chrono::milliseconds duration) {
  std::int64_t left = duration.count();
  if (left == 0) return "0s";
  std::string text;
  for (const auto& [name, milliseconds] : units) {
    if (left < milliseconds) continue;
    text += std::to_string(left / milliseconds);
    text += name;
    left %= milliseconds;
  }
  return text;
}

}  // namespace sockwarden
