#include "agent/cli/connection_table.h"

#include <algorithm>
#include <cctype>

#include "agent/cli/display.h"
#include "agent/cli/table.h"

namespace sockwarden {
namespace {

std::string dash(const std::string& text) { return text.empty() ? "-" : printable(text); }

/// "at least" is a leading ">": what is older than the agent may be any older.
std::string age_cell(const ConnectionRow& row) {
  if (!row.age) return "-";
  if (!row.preexisting) return short_duration(*row.age);
  return row.age->count() < 1000 ? "-" : ">" + short_duration(*row.age);
}

std::string exchanges_cell(const ConnectionRow& row) {
  if (row.role == "listener") return "-";
  if (!row.preexisting) return std::to_string(row.exchanges);
  return row.exchanges == 0 ? "-" : ">" + std::to_string(row.exchanges);
}

std::string closed_by_cell(const ConnectionRow& row) {
  if (row.closed_by.empty()) return "-";
  return printable(row.close_reason.empty() ? row.closed_by : row.closed_by + ":" + row.close_reason);
}

std::string role_cell(const std::string& role) {
  if (role == "listener") return "listen";
  return role == "unknown" ? "-" : dash(role);
}

std::vector<std::string> cells_of(const ConnectionRow& row) {
  const bool listener = row.role == "listener";
  return {dash(row.service),
          row.pid ? std::to_string(*row.pid) : "-",
          row.fd ? std::to_string(*row.fd) : "-",
          role_cell(row.role),
          dash(short_state(row.state)),
          dash(listener ? row.local : row.remote),
          age_cell(row),
          listener || !row.idle ? "-" : short_duration(*row.idle),
          exchanges_cell(row),
          dash(row.protocol),
          listener ? "-" : std::to_string(row.unread_bytes),
          closed_by_cell(row),
          dash(short_options(row.options))};
}

}  // namespace

std::string short_state(const std::string& state) {
  if (state == "ESTABLISHED") return "ESTAB";
  if (state == "FIN_WAIT1") return "FIN-WAIT-1";
  if (state == "FIN_WAIT2") return "FIN-WAIT-2";
  std::string text = state;
  for (char& letter : text) {
    if (letter == '_') letter = '-';
  }
  return text;
}

std::string short_options(const std::vector<std::string>& options) {
  std::string text;
  for (std::string option : options) {
    for (const char* prefix : {"SO_", "TCP_"}) {
      if (option.starts_with(prefix)) option.erase(0, std::string(prefix).size());
    }
    if (option.ends_with("=1")) option.erase(option.size() - 2);
    const std::size_t name_end = std::min(option.find('='), option.size());
    for (std::size_t i = 0; i < name_end; ++i) {
      option[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(option[i])));
    }
    text += (text.empty() ? "" : ",") + option;
  }
  return text;
}

std::string connection_table(const std::vector<ConnectionRow>& rows, std::size_t width) {
  Table table({{"SERVICE", false, 7, 12},
               {"PID", true, 0, 11},
               {"FD", true, 0, 4},
               {"ROLE", false, 0, 7},
               {"STATE", false, 0, 9},
               {"REMOTE", false, 15, 10, true},
               {"AGE", true, 0, 6},
               {"IDLE", true, 0, 8},
               {"EXCH", true, 0, 5},
               {"PROTO", false, 0, 3},
               {"UNREAD", true, 0, 2},
               {"CLOSED", false, 0, 1},
               {"OPTIONS", false, 7, 0}});
  for (const ConnectionRow& row : rows) table.add(cells_of(row));
  return table.text(width);
}

}  // namespace sockwarden
