// The pages of `sockwarden top`: which questions each asks the agent, and what it makes of the answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/cli/table.h"
#include "agent/publish/json.h"

namespace sockwarden {

enum class TopView { services, pools, connections, connection, findings, finding };

/// Where one is: a view, and of what.
struct TopPlace {
  TopView view = TopView::services;
  std::string service{};     ///< raw bytes; empty = of all
  std::uint32_t pid = 0;     ///< 0 = of all
  std::string remote{};      ///< of a pool; empty = of all
  std::string role{};        ///< empty = any
  std::string id{};          ///< of the connection or the finding
  std::string class_name{};  ///< of the finding
  bool tree = false;         ///< services with their pools below them

  bool operator==(const TopPlace&) const = default;
};

struct TopRow {
  std::vector<std::string> cells{};  ///< printable
  std::vector<double> sort_by{};  ///< by column, for those that are numbers; empty = it stays below the row before it
  int severity = 0;               ///< 0 nothing wrong, 1 info, 2 warning, 3 critical
  double weight = 0;              ///< among those as severe: the heaviest stands first where no column is sorted by
  std::optional<TopPlace> inside{};
};

struct TopPage {
  std::string title{};
  std::vector<Column> columns{};
  std::vector<TopRow> rows{};
  std::string text{};  ///< instead of rows: for one thing
};

/// What is asked for `place`, in the order in which `page_of` takes the answers.
[[nodiscard]] std::vector<std::string> questions_of(const TopPlace& place);

/// `answers` as many as the questions. `width` for texts.
[[nodiscard]] TopPage page_of(const TopPlace& place, const std::vector<Json>& answers, std::size_t width);

}  // namespace sockwarden
