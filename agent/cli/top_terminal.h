// The terminal of `sockwarden top`: ncurses, and nothing else of the program sees it.
#pragma once

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "agent/cli/top.h"

namespace sockwarden {

class TopTerminal {
 public:
  /// Takes the terminal over; the destructor gives it back.
  TopTerminal();
  ~TopTerminal();
  TopTerminal(const TopTerminal&) = delete;
  TopTerminal& operator=(const TopTerminal&) = delete;

  /// Whether its type ($TERM) is known here: containers often lack the descriptions. If not, nothing was taken over.
  [[nodiscard]] bool known() const { return known_; }

  [[nodiscard]] TopSize size() const;
  void show(const std::vector<TopLine>& lines);
  /// The key that came within `patience`, and its character; none also where the size changed.
  [[nodiscard]] std::optional<std::pair<TopKey, char>> key(std::chrono::milliseconds patience);

 private:
  bool known_ = false;
};

}  // namespace sockwarden
