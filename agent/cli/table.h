// Columns of text that fit a width: they shrink first, then the least important go, and it says which.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sockwarden {

struct Column {
  std::string title;
  bool right = false;     ///< numbers
  std::size_t least = 0;  ///< may be cut down to this width; 0 = never cut
  int importance = 0;     ///< the lowest is cut and left out first
  bool keep_end = false;  ///< cut at the start: the end tells more
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as columns, printable already.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  /// `width` 0 = as wide as needed. Ends with a note where columns had to be left out.
  [[nodiscard]] std::string text(std::size_t width) const;

 private:
  struct Layout {
    std::vector<std::size_t> widths;
    std::vector<bool> shown;
    [[nodiscard]] std::size_t total() const;
  };
  [[nodiscard]] Layout layout(std::size_t width) const;
  /// No cell says anything: all are "-", "0" or empty.
  [[nodiscard]] bool is_silent(std::size_t column) const;
  [[nodiscard]] std::string line(const std::vector<std::string>& cells, const Layout& layout) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sockwarden
