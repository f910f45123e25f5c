#include "agent/cli/waits_table.h"

#include "agent/cli/json_cells.h"
#include "agent/cli/table.h"

namespace sockwarden {
std::string waits_table(const Json& waits, std::size_t columns) {
  Table table({{.title = "PID", .right = true, .importance = 9},
               {.title = "SERVICE", .least = 8, .importance = 8},
               {.title = "ENDPOINT", .least = 12, .importance = 7},
               {.title = "PHASE", .importance = 9},
               {.title = "COUNT", .right = true, .importance = 6},
               {.title = "WAITED", .right = true, .importance = 9},
               {.title = "LIMIT", .right = true, .importance = 7},
               {.title = "VERDICT", .importance = 9},
               {.title = "SEEN", .least = 16, .importance = 5}});
  for (const Json& row : waits)
    table.add({number_cell(row, "pid"), service_cell(row), word_cell(row, "endpoint"), word_cell(row, "phase"),
               number_cell(row, "count"), duration_cell(row, "waited_seconds"), duration_cell(row, "limit_seconds"),
               word_cell(row, "verdict"), word_cell(row, "proof")});
  return table.text(columns);
}

}  // namespace sockwarden
