#include <algorithm>
#include <cctype>
#include <string>

#include "agent/publish/metrics.h"

namespace sockwarden {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return text;
}

}  // namespace

void add_connection_metrics(MetricSet& set, const Model& model) {
  auto& by_state = set.gauge({"sockwarden_connections", "identity, role, state", "connections",
                              "Connections now, by TCP state.", "`state`: `established`, `close_wait`, `listen`, …"});
  auto& unguarded = set.gauge({"sockwarden_connections_without_keepalive", "identity, role", "connections",
                               "Connections established now on which SO_KEEPALIVE is off.", "0 is shown."});
  auto& unread = set.gauge({"sockwarden_unread_receive_bytes", "identity, role", "bytes",
                            "Bytes received and not yet read, now.", "0 is shown on a small host."});
  auto& unsent = set.gauge({"sockwarden_unsent_bytes", "identity, role", "bytes",
                            "Bytes written and not yet acknowledged, now.", "0 is shown on a small host."});
  const bool zeroes = shows_zeroes(model);
  for (const auto& connection : model.connections) {
    const Process* process = model.process_of(connection);
    const Identity identity = process != nullptr ? process->identity : Identity{};
    const Labels role{{"role", name_of(connection.role)}};
    Labels state = role;
    state.push_back({"state", lower_case(name_of(connection.state))});
    by_state.add(labels_of(identity, state), 1);
    if (connection.role == Role::listener) continue;
    if (connection.state == TcpState::established)
      unguarded.add(labels_of(identity, role), connection.options.keep_alive ? 0 : 1);
    if (zeroes || connection.unread_bytes != 0) unread.add(labels_of(identity, role), connection.unread_bytes);
    if (zeroes || connection.unsent_bytes != 0) unsent.add(labels_of(identity, role), connection.unsent_bytes);
  }
}

void add_option_metrics(MetricSet& set, const Model& model) {
  auto& options = set.counter({"sockwarden_setsockopt_total", "identity, option", "calls",
                               "Calls of setsockopt() on TCP sockets, by option.",
                               "`option`: `TCP_NODELAY`, …, or `level/name` by number; `TCP_CORK` once a connection; "
                               "not counted while that hook is suspended, see `sockwarden_hook_attached`."});
  for (const auto& row : model.option_rows) {
    if (row.count == 0) continue;
    options.add(labels_of(row.identity, {{"option", row.option}}), static_cast<double>(row.count));
  }
}

}  // namespace sockwarden
