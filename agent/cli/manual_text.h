// The pages of the classes as a manual page reads: headings, paragraphs, lists, tables and code, for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sockwarden {

/// Of the Markdown that the pages are written in; by hand, since cmark and its kind write HTML, roff and Markdown, and
/// none a table for a terminal. At most `width` columns, but for code and tables' cells that have no space to break at.
[[nodiscard]] std::string manual_text(std::string_view markdown, std::size_t width);

}  // namespace sockwarden
