// What `sockwarden top` shows and how keys change it; knows nothing of the terminal.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/cli/top_page.h"
#include "agent/contract/error.h"

namespace sockwarden {

enum class TopKey { up, down, page_up, page_down, home, end, enter, back, erase, character };

enum class TopStyle { plain, title, selected, hint, info, warning, critical };

struct TopLine {
  std::string text;  ///< printable, no wider than the screen
  TopStyle style = TopStyle::plain;
};

struct TopSize {
  std::size_t rows = 24, columns = 80;
};

/// What is to be done outside of it.
enum class TopWish { none, refresh, write, quit };

class Top {
 public:
  explicit Top(std::string agent) : agent_(std::move(agent)) {}

  /// What to ask now; the first is the agent's state.
  [[nodiscard]] std::vector<std::string> questions() const;
  /// The answers to what questions() said at `place`; those to another page's are too late and left out.
  void answered(const TopPlace& place, const tl::expected<std::vector<Json>, Error>& answers);
  [[nodiscard]] const TopPlace& place() const { return path_.back().place; }
  [[nodiscard]] bool paused() const { return paused_; }

  [[nodiscard]] TopWish key(TopKey key, char character);
  [[nodiscard]] std::vector<TopLine> draw(TopSize size);
  /// The page as text, for a file.
  [[nodiscard]] std::string report(std::size_t columns);
  /// One line, until the next key.
  void note(std::string text) { note_ = std::move(text); }

 private:
  struct Visit {
    TopPlace place;
    std::size_t selected = 0, scrolled = 0;
    std::size_t sorted_by = 0;
    bool descending = true, sorted = false;
    std::string filter{};
  };
  Visit& here() { return path_.back(); }
  void go(TopPlace place);
  void go_back();
  [[nodiscard]] TopWish command(char character);
  [[nodiscard]] std::vector<const TopRow*> shown_rows();
  [[nodiscard]] std::size_t length();
  void move(std::ptrdiff_t by);
  void explain();
  [[nodiscard]] std::string header(std::size_t columns) const;
  [[nodiscard]] std::string trail() const;
  void draw_table(std::vector<TopLine>& lines, TopSize size);
  void draw_text(std::vector<TopLine>& lines, TopSize size);

  std::string agent_, note_;
  std::vector<Visit> path_{Visit{}};
  std::vector<Json> answers_;  ///< of the page, without the state; empty = none yet
  Json status_;
  std::string trouble_;  ///< why the last question had no answer
  TopPage page_;
  std::string overlay_;  ///< help, or a class explained
  std::size_t overlay_scrolled_ = 0, body_rows_ = 20, width_ = 80;
  bool paused_ = false, typing_filter_ = false;
};

}  // namespace sockwarden
