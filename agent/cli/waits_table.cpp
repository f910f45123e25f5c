#include "agent/cli/waits_table.h"

#include <chrono>

#include "agent/cli/display.h"
#include "agent/cli/table.h"

namespace sockwarden {
namespace {

std::string word(const Json& row, const char* key) {
  return row.contains(key) && row[key].is_string() ? printable(row[key].get<std::string>()) : "-";
}

std::string number(const Json& row, const char* key) {
  return row.contains(key) && row[key].is_number() ? std::to_string(row[key].get<std::int64_t>()) : "-";
}

std::string duration(const Json& row, const char* key) {
  if (!row.contains(key) || !row[key].is_number()) return "-";
  const std::chrono::duration<double> seconds(row[key].get<double>());
  return short_duration(std::chrono::duration_cast<std::chrono::nanoseconds>(seconds));
}

}  // namespace

std::string waits_table(const Json& waits, std::size_t columns) {
  Table table({{.title = "PID", .right = true, .importance = 9},
               {.title = "COMM", .least = 8, .importance = 8},
               {.title = "ENDPOINT", .least = 12, .importance = 7},
               {.title = "PHASE", .importance = 9},
               {.title = "COUNT", .right = true, .importance = 6},
               {.title = "WAITED", .right = true, .importance = 9},
               {.title = "LIMIT", .right = true, .importance = 7},
               {.title = "VERDICT", .importance = 9},
               {.title = "SEEN", .least = 16, .importance = 5}});
  for (const Json& row : waits)
    table.add({number(row, "pid"), word(row, "comm"), word(row, "endpoint"), word(row, "phase"), number(row, "count"),
               duration(row, "waited_seconds"), duration(row, "limit_seconds"), word(row, "verdict"),
               word(row, "proof")});
  return table.text(columns);
}

}  // namespace sockwarden
