#include "agent/cli/manual_text.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "agent/cli/display.h"

namespace sockwarden {
namespace {

constexpr std::size_t margin = 4;

/// Without the marks of code, emphasis and links: "[pools](pools.md)" -> "pools".
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`') continue;
    if (text.substr(i, 2) == "**") {
      ++i;
      continue;
    }
    const std::size_t label_end = text[i] == '[' ? text.find("](", i) : std::string_view::npos;
    const std::size_t link_end = label_end == std::string_view::npos ? label_end : text.find(')', label_end);
    if (link_end == std::string_view::npos) {
      out += text[i] == '\\' && i + 1 < text.size() && std::ispunct(static_cast<unsigned char>(text[i + 1])) != 0
                 ? text[++i]
                 : text[i];
      continue;
    }
    out += plain(text.substr(i + 1, label_end - i - 1));
    i = link_end;
  }
  return out;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  std::string cell;
  line = line.substr(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      cell += line[++i];
    } else if (line[i] == '|') {
      cells.push_back(trimmed(plain(cell)));
      cell.clear();
    } else {
      cell += line[i];
    }
  }
  return cells;
}

/// Gathers lines to blocks, and writes each as it ends.
class Manual {
 public:
  explicit Manual(std::size_t width) : width_(width) {}

  void take(std::string_view line) {
    if (line.starts_with("```")) {
      end_block();
      in_code_ = !in_code_;
      if (!in_code_) out_ += "\n";
    } else if (in_code_) {
      code(line);
    } else if (line.starts_with("#")) {
      heading(line);
    } else if (line.starts_with("|")) {
      if (!paragraph_.empty()) end_block();
      if (!line.starts_with("| ---") && !line.starts_with("|---")) table_.push_back(cells_of(line));
    } else if (trimmed(line).empty()) {
      end_block();
      gap();
    } else if (line.starts_with("- ")) {
      end_block();
      item_ = true;
      paragraph_ = line.substr(2);
    } else {
      paragraph_ += (paragraph_.empty() ? "" : " ") + trimmed(line);
    }
  }

  std::string text() {
    end_block();
    return std::move(out_);
  }

 private:
  void gap() {
    if (!out_.empty() && !out_.ends_with("\n\n")) out_ += "\n";
  }

  void code(std::string_view line) {
    std::string text(margin * 2, ' ');
    for (const char letter : line) text += letter == '\t' ? "    " : std::string(1, letter);
    text.erase(text.find_last_not_of(' ') + 1);
    out_ += text + "\n";
  }

  void heading(std::string_view line) {
    end_block();
    gap();
    const std::size_t depth = line.find_first_not_of('#');
    std::string title = plain(trimmed(line.substr(std::min(depth, line.size()))));
    if (depth == 2)
      std::transform(title.begin(), title.end(), title.begin(),
                     [](unsigned char letter) { return std::toupper(letter); });
    out_ += wrap(title, depth > 2 ? margin / 2 : 0, width_);
    if (depth == 1) out_ += "\n";
  }

  void end_block() {
    if (!paragraph_.empty()) {
      std::string lines = wrap(plain(paragraph_), item_ ? margin + 2 : margin, width_);
      if (item_) lines[margin] = '-';
      out_ += lines;
    }
    paragraph_.clear();
    item_ = false;
    if (!table_.empty()) table();
    table_.clear();
  }

  /// The first column as wide as it is, the rest beside it; a row of one word's width below the other.
  void table() {
    std::size_t first = 0;
    table_.erase(table_.begin());  // the titles
    for (const auto& row : table_) first = std::max(first, row.empty() ? 0 : columns_of(row.front()));
    first = std::min(first, width_ / 3);
    for (const auto& row : table_) {
      std::string rest;
      for (std::size_t cell = 1; cell < row.size(); ++cell) rest += (cell == 1 ? "" : "; ") + row[cell];
      std::string lines = wrap(rest, margin + first + 2, width_);
      const std::string name = row.empty() ? "" : row.front();
      if (columns_of(name) > first)
        lines.insert(0, std::string(margin, ' ') + name + "\n");
      else
        lines.replace(margin, columns_of(name), name);
      out_ += lines;
    }
  }

  std::size_t width_;
  std::string out_, paragraph_;
  std::vector<std::vector<std::string>> table_;
  bool in_code_ = false, item_ = false;
};

}  // namespace

std::string manual_text(std::string_view markdown, std::size_t width) {
  Manual manual(width);
  while (!markdown.empty()) {
    const std::size_t end = std::min(markdown.find('\n'), markdown.size());
    manual.take(markdown.substr(0, end));
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
  }
  return manual.text();
}

}  // namespace sockwarden
