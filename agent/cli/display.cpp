#include "agent/cli/display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>

namespace sockwarden {
namespace {

/// One code point at the start of `text` and its length; length 0 where the bytes are no UTF-8.
std::pair<char32_t, std::size_t> decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return {0, 0};
  char32_t point = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    point = (point << 6) | (byte(i) & 0x3F);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return {0, 0};
  return {point, length};
}

/// Controls, and what reorders or hides text.
bool is_harmful(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x200B && point <= 0x200F) ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF;
}

std::size_t columns_of(char32_t point) {
  // The wide blocks of East Asian scripts and emoji; a locale is not asked, so that output is the same everywhere.
  const bool wide = (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
                    (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
                    (point >= 0xFE30 && point <= 0xFE6F) || (point >= 0xFF00 && point <= 0xFF60) ||
                    (point >= 0xFFE0 && point <= 0xFFE6) || (point >= 0x1F300 && point <= 0x1FAFF) ||
                    (point >= 0x20000 && point <= 0x3FFFD);
  const bool combining = point >= 0x0300 && point <= 0x036F;
  return combining ? 0 : wide ? 2 : 1;
}

std::string two_units(std::int64_t major, const char* major_unit, std::int64_t minor, const char* minor_unit) {
  std::string text = std::to_string(major) + major_unit;
  if (minor > 0) text += std::to_string(minor) + minor_unit;
  return text;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [point, length] = decode(text);
    const std::size_t taken = std::max<std::size_t>(length, 1);
    if (length == 0 || is_harmful(point)) {
      for (std::size_t i = 0; i < taken; ++i) {
        std::array<char, 5> escaped{};
        std::snprintf(escaped.data(), escaped.size(), "\\x%02x", static_cast<unsigned char>(text[i]));
        out += escaped.data();
      }
    } else {
      out += text.substr(0, taken);
    }
    text.remove_prefix(taken);
  }
  return out;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto [point, length] = decode(text);
    columns += length == 0 ? 1 : columns_of(point);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return columns;
}

std::string cut(std::string_view text, std::size_t columns, bool keep_end) {
  std::size_t width = columns_of(text);
  if (width <= columns) return std::string(text);
  if (columns == 0) return "";
  std::size_t begin = 0;
  while (keep_end && width > columns - 1) {
    const auto [point, length] = decode(text.substr(begin));
    width -= length == 0 ? 1 : columns_of(point);
    begin += std::max<std::size_t>(length, 1);
  }
  if (keep_end) return "~" + std::string(text.substr(begin));
  std::size_t used = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const auto [point, length] = decode(text.substr(end));
    const std::size_t next = length == 0 ? 1 : columns_of(point);
    if (used + next > columns - 1) break;
    used += next;
    end += std::max<std::size_t>(length, 1);
  }
  return std::string(text.substr(0, end)) + "~";
}

std::string short_duration(std::chrono::nanoseconds duration) {
  const std::int64_t milliseconds = std::max<std::int64_t>(0, duration.count() / 1'000'000);
  const std::int64_t seconds = milliseconds / 1000;
  if (milliseconds == 0) return "0s";
  if (seconds == 0) return std::to_string(milliseconds) + "ms";
  if (seconds < 60) return std::to_string(seconds) + "s";
  if (seconds < 3600) return two_units(seconds / 60, "m", seconds < 600 ? seconds % 60 : 0, "s");
  if (seconds < 86400) return two_units(seconds / 3600, "h", seconds % 3600 / 60, "m");
  return two_units(seconds / 86400, "d", seconds % 86400 / 3600, "h");
}

std::string wrap(std::string_view text, std::size_t indent, std::size_t columns) {
  const std::string margin(indent, ' ');
  std::string out;
  std::string line = margin;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const bool first = line.size() == indent;
    if (!first && columns_of(line) + 1 + columns_of(word) > columns) {
      out += line + "\n";
      line = margin;
    } else if (!first) {
      line += ' ';
    }
    line += word;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + line + "\n";
}

std::size_t terminal_columns() {
  if (const char* text = std::getenv("COLUMNS")) {
    std::size_t columns = 0;
    const char* const end = text + std::strlen(text);
    const auto [stop, error] = std::from_chars(text, end, columns);
    if (error == std::errc() && stop == end && columns > 0) return columns;
  }
  winsize size{};
  if (isatty(STDOUT_FILENO) == 1)
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  return 0;
}

}  // namespace sockwarden
