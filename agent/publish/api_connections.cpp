#include <algorithm>
#include <cstring>

#include "agent/publish/api.h"
#include "agent/publish/connection_json.h"
#include "agent/publish/connection_order.h"
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
  std::optional<std::string> text;  ///< anywhere in its process, addresses, protocol or state
  ConnectionOrder order = nullptr;
  std::uint32_t limit = default_rows;
  std::uint32_t offset = 0;
};

std::vector<std::string> tcp_states() {
  constexpr auto first = static_cast<std::uint8_t>(TcpState::established);
  constexpr auto last = static_cast<std::uint8_t>(TcpState::new_syn_recv);
  std::vector<std::string> names;
  for (std::uint8_t state = first; state <= last; ++state) names.emplace_back(name_of(static_cast<TcpState>(state)));
  return names;
}

tl::expected<Filter, std::string> filter_of(const Request& request) {
  const auto query = Query::of(request, {"pid", "comm", "role", "remote", "state", "q", "sort", "limit", "offset"});
  if (!query) return tl::unexpected(query.error());
  const auto pid = query->number("pid", pid_limit);
  if (!pid) return tl::unexpected(pid.error());
  const auto role = query->word("role", roles);
  if (!role) return tl::unexpected(role.error());
  const auto state = query->word("state", tcp_states());
  if (!state) return tl::unexpected(state.error());
  const auto limit = query->number("limit", rows_limit);
  if (!limit) return tl::unexpected(limit.error());
  const auto offset = query->number("offset", rows_limit);
  if (!offset) return tl::unexpected(offset.error());
  const auto sort = query->word("sort", connection_orders());
  if (!sort) return tl::unexpected(sort.error());
  return Filter{*pid,
                query->text("comm"),
                *role,
                query->text("remote"),
                *state,
                query->text("q"),
                *sort ? connection_order(**sort) : nullptr,
                limit->value_or(default_rows),
                offset->value_or(0)};
}

/// Most of the time of a search goes into writing addresses, which no name needs.
bool may_be_in_an_address(const std::string& text) {
  return text.find_first_not_of("0123456789abcdefABCDEF.:[]") == std::string::npos;
}

bool contains(const Connection& connection, const Process* process, const std::string& text) {
  const auto in = [&](const std::string& where) { return strcasestr(where.c_str(), text.c_str()) != nullptr; };
  if ((process != nullptr && (in(process->identity.comm) || in(process->identity.unit))) ||
      in(name_of(connection.protocol)) || in(name_of(connection.state)))
    return true;
  if (!may_be_in_an_address(text)) return false;
  return in(connection.local.string()) || (connection.role != Role::listener && in(connection.remote.string()));
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
  if (!filter.comm && !filter.text) return true;
  const Process* process = model.process_of(connection);
  if (filter.comm && (process == nullptr || process->identity.comm != *filter.comm)) return false;
  return !filter.text || contains(connection, process, *filter.text);
}

}  // namespace

Response api_connections(const Request& request, const Published& published) {
  const auto filter = filter_of(request);
  if (!filter) return api_error(400, filter.error());
  std::vector<const Connection*> matching;
  for (const auto& connection : published.model.connections)
    if (matches(*filter, connection, published.model)) matching.push_back(&connection);
  const auto first = matching.begin() + std::min<std::ptrdiff_t>(filter->offset, std::ssize(matching));
  const auto last = first + std::min<std::ptrdiff_t>(filter->limit, matching.end() - first);
  if (filter->order != nullptr) std::partial_sort(matching.begin(), last, matching.end(), filter->order);
  Json data;
  data["time"] = rfc3339(published.model.wall);
  data["matching"] = matching.size();
  data["limit"] = filter->limit;
  data["offset"] = filter->offset;
  data["connections"] = Json::array();
  for (auto row = first; row != last; ++row)
    data["connections"].push_back(to_json(**row, published.model, request.view));
  return api_success(data);
}

}  // namespace sockwarden
