#include <algorithm>
#include <cstring>
#include <iterator>

#include "agent/publish/api.h"
#include "agent/publish/connection_json.h"
#include "agent/publish/connection_order.h"
#include "agent/publish/name_filter.h"
#include "agent/publish/process_of_pid.h"
#include "agent/publish/query.h"

namespace sockwarden {
namespace {

const std::vector<std::string> roles{"client", "server", "listener", "unknown"};

struct Filter {
  std::optional<std::uint64_t> pid;
  NameFilter name;
  std::optional<std::string> role;
  std::optional<std::string> remote;  ///< "address:port", "address" or ":port"
  std::optional<std::string> state;
  std::optional<std::string> text;  ///< anywhere in its process, addresses, protocol or state
  ConnectionOrder order = nullptr;
  std::uint64_t limit = rows_of_page;
  std::optional<std::uint64_t> after;  ///< those with greater ids alone
  std::uint64_t offset = 0;
};

std::vector<std::string> tcp_states() {
  constexpr auto first = static_cast<std::uint8_t>(TcpState::established);
  constexpr auto last = static_cast<std::uint8_t>(TcpState::new_syn_recv);
  std::vector<std::string> names;
  for (std::uint8_t state = first; state <= last; ++state) names.emplace_back(name_of(static_cast<TcpState>(state)));
  return names;
}

tl::expected<Filter, std::string> filter_of(const Request& request) {
  const auto query = Query::of(
      request, {"pid", "comm", "service", "role", "remote", "state", "q", "sort", "limit", "after", "offset"});
  if (!query) return tl::unexpected(query.error());
  const auto pid = query->number("pid", pid_limit);
  if (!pid) return tl::unexpected(pid.error());
  const auto role = query->word("role", roles);
  if (!role) return tl::unexpected(role.error());
  const auto state = query->word("state", tcp_states());
  if (!state) return tl::unexpected(state.error());
  const auto limit = query->number("limit", rows_of_page);
  if (!limit) return tl::unexpected(limit.error() + "; ask for the rest with after=, which \"next\" tells, or offset=");
  const auto after = query->number("after", UINT64_MAX);
  if (!after) return tl::unexpected(after.error());
  const auto offset = query->number("offset", UINT32_MAX);
  if (!offset) return tl::unexpected(offset.error());
  const auto sort = query->word("sort", connection_orders());
  if (!sort) return tl::unexpected(sort.error());
  if (*after && (*sort || *offset))
    return tl::unexpected(std::string("after= goes by id, and takes neither sort= nor offset="));
  return Filter{*pid,
                NameFilter(*query),
                *role,
                query->text("remote"),
                *state,
                query->text("q"),
                *sort ? connection_order(**sort) : nullptr,
                limit->value_or(rows_of_page),
                *after,
                offset->value_or(0)};
}

/// Most of the time of a search goes into writing addresses, which no name needs.
bool may_be_in_an_address(const std::string& text) {
  return text.find_first_not_of("0123456789abcdefABCDEF.:[]") == std::string::npos;
}

bool contains(const Connection& connection, const Process* process, const std::string& text) {
  const auto in = [&](const std::string& where) { return strcasestr(where.c_str(), text.c_str()) != nullptr; };
  if ((process != nullptr &&
       (in(process->identity.comm) || in(process->identity.service) || in(process->identity.unit))) ||
      in(name_of(connection.protocol)) || in(name_of(connection.state)))
    return true;
  if (!may_be_in_an_address(text)) return false;
  return in(connection.local.string()) || (connection.role != Role::listener && in(connection.remote.string()));
}

bool matches_remote(const Address& remote, const std::string& wanted) {
  return wanted == remote.string() || wanted == remote.host() || wanted == '[' + remote.host() + ']' ||
         wanted == ':' + std::to_string(remote.port);
}

bool matches(const Filter& filter, const Connection& connection, const Model& model,
             const std::optional<ProcessOfPid>& process_of_pid) {
  if (process_of_pid && !process_of_pid->owns(connection)) return false;
  if (filter.role && *filter.role != name_of(connection.role)) return false;
  if (filter.state && *filter.state != name_of(connection.state)) return false;
  if (filter.remote && (connection.role == Role::listener || !matches_remote(connection.remote, *filter.remote))) {
    return false;
  }
  if (!filter.name.is_given() && !filter.text) return true;
  const Process* process = model.process_of(connection);
  if (filter.name.is_given() && (process == nullptr || !filter.name.matches(process->identity))) return false;
  return !filter.text || contains(connection, process, *filter.text);
}

}  // namespace

Response api_connections(const Request& request, const Published& published) {
  const auto filter = filter_of(request);
  if (!filter) return api_error(400, filter.error());
  std::optional<ProcessOfPid> process_of_pid;
  if (filter->pid) process_of_pid.emplace(published, static_cast<std::uint32_t>(*filter->pid));
  std::uint64_t matching = 0;
  std::vector<const Connection*> rows;
  for (const auto& connection : published.model.connections) {
    if (!matches(*filter, connection, published.model, process_of_pid)) continue;
    ++matching;
    if (!filter->after || connection.id > *filter->after) rows.push_back(&connection);
  }
  const auto at_most = [&rows](std::uint64_t count) {
    return static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(count, rows.size()));
  };
  const auto first = rows.begin() + at_most(filter->offset);
  const auto last = rows.begin() + at_most(filter->offset + filter->limit);
  // By id, so that a page begins where the one before it ended, whatever has come and gone meanwhile.
  const auto by_id = [](const Connection* a, const Connection* b) { return a->id < b->id; };
  if (filter->order != nullptr)
    std::partial_sort(rows.begin(), last, rows.end(), filter->order);
  else
    std::partial_sort(rows.begin(), last, rows.end(), by_id);
  RowsAnswer answer;
  for (auto row = first; row != last; ++row) answer.add(to_json(**row, published.model, request.view));
  const bool goes_on = filter->order == nullptr && first != last && last != rows.end();
  return answer.with({{"time", rfc3339(published.model.wall)},
                      {"matching", matching},
                      {"limit", filter->limit},
                      {"offset", filter->offset},
                      {"next", goes_on ? Json((*std::prev(last))->id) : Json(nullptr)}},
                     "connections");
}

}  // namespace sockwarden
