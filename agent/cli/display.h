// Texts for a terminal: nothing that a program names itself can move the cursor or break a line.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sockwarden {

/// Control bytes and broken UTF-8 as \xNN, a backslash as it is; the rest untouched.
[[nodiscard]] std::string printable(std::string_view text);

/// Columns that a printable text takes on a terminal.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// At most `columns` wide; "~" stands for what is cut, at the end or (`keep_end`) at the start. ASCII, so that neither
/// terminals nor scripts that count bytes take a line for a wider one.
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns, bool keep_end = false);

/// Two units at the most: "0s", "350ms", "12s", "3m05s", "2h10m", "5d3h".
[[nodiscard]] std::string short_duration(std::chrono::nanoseconds duration);

/// Lines of at most `columns`, broken at spaces; each begins with `indent` spaces.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t indent, std::size_t columns);

/// Columns of the terminal on stdout: COLUMNS if set, else what the terminal says; 0 = no terminal, no limit.
[[nodiscard]] std::size_t terminal_columns();

}  // namespace sockwarden
