#include "agent/cli/top_terminal.h"

#include <ncurses.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace sockwarden {
namespace {

constexpr short color_info = 1, color_warning = 2, color_critical = 3;
constexpr int key_escape = 27, key_delete = 127, key_control_h = 8;

/// Bold and reverse say it where there is no colour.
attr_t attributes_of(TopStyle style) {
  const auto color = [](short pair) { return has_colors() ? static_cast<attr_t>(COLOR_PAIR(pair)) : A_NORMAL; };
  switch (style) {
    case TopStyle::plain:
      return A_NORMAL;
    case TopStyle::title:
      return A_BOLD | A_UNDERLINE;
    case TopStyle::selected:
      return A_REVERSE;
    case TopStyle::hint:
      return A_DIM;
    case TopStyle::info:
      return color(color_info);
    case TopStyle::warning:
      return color(color_warning);
    case TopStyle::critical:
      return A_BOLD | color(color_critical);
  }
  return A_NORMAL;
}

std::optional<TopKey> named_key(int code) {
  switch (code) {
    case KEY_UP:
      return TopKey::up;
    case KEY_DOWN:
      return TopKey::down;
    case KEY_PPAGE:
      return TopKey::page_up;
    case KEY_NPAGE:
      return TopKey::page_down;
    case KEY_HOME:
      return TopKey::home;
    case KEY_END:
      return TopKey::end;
    case KEY_RIGHT:
    case KEY_ENTER:
    case '\r':
    case '\n':
      return TopKey::enter;
    case KEY_LEFT:
    case key_escape:
      return TopKey::back;
    case KEY_BACKSPACE:
    case key_delete:
    case key_control_h:
      return TopKey::erase;
    default:
      return std::nullopt;
  }
}

}  // namespace

TopTerminal::TopTerminal() {
  std::setlocale(LC_CTYPE, "C.UTF-8");  // texts are UTF-8, whatever the user's locale
  set_escdelay(50);
  known_ = newterm(nullptr, stdout, stdin) != nullptr;
  if (!known_) return;
  cbreak();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  curs_set(0);
  if (!has_colors() || std::getenv("NO_COLOR") != nullptr) return;
  start_color();
  use_default_colors();
  init_pair(color_info, COLOR_CYAN, -1);
  init_pair(color_warning, COLOR_YELLOW, -1);
  init_pair(color_critical, COLOR_RED, -1);
}

TopTerminal::~TopTerminal() {
  if (known_) endwin();
}

TopSize TopTerminal::size() const {
  return {static_cast<std::size_t>(std::max(1, getmaxy(stdscr))),
          static_cast<std::size_t>(std::max(1, getmaxx(stdscr)))};
}

void TopTerminal::show(const std::vector<TopLine>& lines) {
  erase();
  const auto columns = static_cast<std::size_t>(getmaxx(stdscr));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string text = lines[i].text;
    if (lines[i].style == TopStyle::selected) text.resize(std::max(text.size(), columns), ' ');
    attrset(attributes_of(lines[i].style));
    mvaddnstr(static_cast<int>(i), 0, text.c_str(), static_cast<int>(text.size()));
  }
  attrset(A_NORMAL);
  refresh();
}

std::optional<std::pair<TopKey, char>> TopTerminal::key(std::chrono::milliseconds patience) {
  timeout(static_cast<int>(patience.count()));
  const int code = getch();
  if (code == ERR || code == KEY_RESIZE) return std::nullopt;
  if (const auto named = named_key(code)) return std::pair(*named, '\0');
  if (code < ' ' || code > 0xFF) return std::nullopt;
  return std::pair(TopKey::character, static_cast<char>(code));
}

}  // namespace sockwarden
