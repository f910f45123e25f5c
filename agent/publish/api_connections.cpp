#include "agent/publish/api.h"
#include "agent/publish/connection_json.h"
#include "agent/publish/query.h"

namespace sockwarden {
namespace {

constexpr std::uint32_t pid_limit = 1U << 22U;  // PID_MAX_LIMIT
constexpr std::uint32_t rows_limit = 1'000'000;
constexpr std::uint32_t default_rows = 1000;

const std::vector<std::string> roles{"client", "server", "listener", "unknown"};

struct Filter {
  std::optional<std::uint32_t> pid;
  std::optional<std::string> comm;
  std::optional<std::string> role;
  std::optional<std::string> remote;  ///< "address:port", "address" or ":port"
  std::optional<std::string> state;
  std::uint32_t limit = default_rows;
};

std::vector<std::string> tcp_states() {
  constexpr auto first = static_cast<std::uint8_t>(TcpState::established);
  constexpr auto last = static_cast<std::uint8_t>(TcpState::new_syn_recv);
  std::vector<std::string> names;
  for (std::uint8_t state = first; state <= last; ++state) names.emplace_back(name_of(static_cast<TcpState>(state)));
  return names;
}

tl::expected<Filter, std::string> filter_of(const Request& request) {
  const auto query = Query::of(request, {"pid", "comm", "role", "remote", "state", "limit"});
  if (!query) return tl::unexpected(query.error());
  const auto pid = query->number("pid", pid_limit);
  if (!pid) return tl::unexpected(pid.error());
  const auto role = query->word("role", roles);
  if (!role) return tl::unexpected(role.error());
  const auto state = query->word("state", tcp_states());
  if (!state) return tl::unexpected(state.error());
  const auto limit = query->number("limit", rows_limit);
  if (!limit) return tl::unexpected(limit.error());
  return Filter{*pid, query->text("comm"), *role, query->text("remote"), *state, limit->value_or(default_rows)};
}

bool matches_remote(const Address& remote, const std::string& wanted) {
  return wanted == remote.string() || wanted == remote.host() || wanted == '[' + remote.host() + ']' ||
         wanted == ':' + std::to_string(remote.port);
}

bool matches(const Filter& filter, const Connection& connection, const Model& model) {
  if (filter.pid && connection.pid != *filter.pid) return false;
  if (filter.role && *filter.role != name_of(connection.role)) return false;
  if (filter.state && *filter.state != name_of(connection.state)) return false;
  if (filter.remote && (connection.role == Role::listener || !matches_remote(connection.remote, *filter.remote))) {
    return false;
  }
  if (!filter.comm) return true;
  const Process* process = model.process_of(connection);
  return process != nullptr && process->identity.comm == *filter.comm;
}

}  // namespace

Response api_connections(const Request& request, const Published& published) {
  const auto filter = filter_of(request);
  if (!filter) return api_error(400, filter.error());
  Json rows = Json::array();
  std::uint64_t matching = 0;
  for (const auto& connection : published.model.connections) {
    if (!matches(*filter, connection, published.model)) continue;
    if (++matching <= filter->limit) rows.push_back(to_json(connection, published.model, request.view));
  }
  Json data;
  data["time"] = rfc3339(published.model.wall);
  data["matching"] = matching;
  data["limit"] = filter->limit;
  data["connections"] = std::move(rows);
  return api_success(data);
}

}  // namespace sockwarden
