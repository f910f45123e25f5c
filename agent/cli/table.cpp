#include "agent/cli/table.h"

#include <algorithm>
#include <numeric>

#include "agent/cli/display.h"

namespace sockwarden {

std::size_t Table::Layout::total() const {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) sum += shown[i] ? widths[i] + 1 : 0;
  return sum == 0 ? 0 : sum - 1;
}

bool Table::is_silent(std::size_t column) const {
  return std::all_of(rows_.begin(), rows_.end(), [column](const std::vector<std::string>& row) {
    return row[column].empty() || row[column] == "-" || row[column] == "0";
  });
}

Table::Layout Table::layout(std::size_t width) const {
  Layout layout;
  layout.shown.assign(columns_.size(), true);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t widest = columns_of(columns_[i].title);
    for (const auto& row : rows_) widest = std::max(widest, columns_of(row[i]));
    layout.widths.push_back(widest);
  }
  std::vector<std::size_t> order(columns_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [this](std::size_t a, std::size_t b) { return columns_[a].importance < columns_[b].importance; });

  const auto too_wide = [&] { return width > 0 && layout.total() > width; };
  for (const std::size_t i : order) {
    if (too_wide() && is_silent(i)) layout.shown[i] = false;
  }
  for (const std::size_t i : order) {
    if (!too_wide() || !layout.shown[i] || columns_[i].least == 0) continue;
    const std::size_t least = std::max(columns_[i].least, columns_of(columns_[i].title));
    const std::size_t spare = layout.widths[i] - std::min(layout.widths[i], least);
    layout.widths[i] -= std::min(spare, layout.total() - width);
  }
  for (const std::size_t i : order) {
    const bool last = std::count(layout.shown.begin(), layout.shown.end(), true) == 1;
    if (too_wide() && !last) layout.shown[i] = false;
  }
  // A column that went may have left room for one that was cut.
  for (auto i = order.rbegin(); i != order.rend() && width > 0; ++i) {
    if (!layout.shown[*i]) continue;
    std::size_t widest = columns_of(columns_[*i].title);
    for (const auto& row : rows_) widest = std::max(widest, columns_of(row[*i]));
    const std::size_t room = width - std::min(width, layout.total());
    layout.widths[*i] += std::min(widest - layout.widths[*i], room);
    if (too_wide()) layout.widths[*i] = width;
  }
  return layout;
}

std::string Table::line(const std::vector<std::string>& cells, const Layout& layout) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!layout.shown[i]) continue;
    const std::string cell = cut(cells[i], layout.widths[i], columns_[i].keep_end);
    const std::string padding(layout.widths[i] - columns_of(cell), ' ');
    if (!text.empty()) text += ' ';
    text += columns_[i].right ? padding + cell : cell + padding;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

std::string Table::text(std::size_t width) const {
  const Layout fitted = layout(width);
  std::vector<std::string> titles;
  std::string left_out;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    if (!fitted.shown[i] && !is_silent(i)) left_out += (left_out.empty() ? "" : ", ") + columns_[i].title;
  }
  std::string text = line(titles, fitted);
  for (const auto& row : rows_) text += line(row, fitted);
  if (!left_out.empty()) text += wrap("No room for " + left_out + "; they are in --format json.", 0, width);
  return text;
}

}  // namespace sockwarden
