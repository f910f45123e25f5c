#include "tests/twin/cycles.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "tests/twin/fields.h"

namespace sockwarden::testing {
namespace {

std::uint64_t ns_of(const Sample& sample) { return static_cast<std::uint64_t>(sample.time.time_since_epoch().count()); }

std::map<std::uint64_t, const sw_connection*> by_id(const Sample& sample) {
  std::map<std::uint64_t, const sw_connection*> index;
  for (const auto& connection : sample.live) index[connection.record.id] = &connection;
  return index;
}

template <class Rows, class Key>
auto keys_of(const Rows& rows, Key key) {
  std::set<decltype(key(*rows.begin()))> keys;
  for (const auto& row : rows) keys.insert(key(row));
  return keys;
}

std::uint64_t id_of(const sw_connection& connection) { return connection.record.id; }
std::string key_of(const EndpointSample& row) { return {reinterpret_cast<const char*>(&row.key), sizeof row.key}; }
std::uint32_t serial_of(const ProcessSample& row) { return row.process.serial; }

std::pair<std::uint32_t, std::set<std::size_t>> roles_of(const ProcessSample& row) {
  std::set<std::size_t> roles;
  for (std::size_t role = 0; role < row.roles.size(); ++role)
    if (row.roles[role]) roles.insert(role);
  return {serial_of(row), roles};
}

template <class Row, class Key>
const Row& counterpart(const std::vector<Row>& rows, const Row& of, Key key) {
  return *std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return key(row) == key(of); });
}

/// Counts so much further as all cycles before have brought.
auto further(std::uint64_t cycle) {
  return [cycle](auto& now, const auto& begin, const auto& end) {
    now = static_cast<std::remove_reference_t<decltype(now)>>(now + cycle * (end - begin));
  };
}

}  // namespace

void Cycles::must_repeat() const {
  const Sample &first = captured_.front(), &last = captured_.back();
  if (keys_of(first.live, id_of) != keys_of(last.live, id_of))
    throw std::runtime_error("not to be repeated: at its end other connections are open than at its beginning");
  if (keys_of(first.processes, roles_of) != keys_of(last.processes, roles_of) ||
      keys_of(first.endpoints, key_of) != keys_of(last.endpoints, key_of))
    throw std::runtime_error("not to be repeated: at its end other rows are there than at its beginning");
}

void Cycles::repeat(Sample& sample, std::uint64_t cycle) const {
  if (cycle == 0) return;
  repeat_connections(sample, cycle);
  repeat_rows(sample, cycle);
}

void Cycles::repeat_connections(Sample& sample, std::uint64_t cycle) const {
  const std::uint64_t begin_ns = ns_of(captured_.front()), period_ns = ns_of(captured_.back()) - begin_ns;
  const auto firsts = by_id(captured_.front()), lasts = by_id(captured_.back());
  const auto again = [&](__u64& moment, __u64 at_end) {
    if (moment > begin_ns) {
      moment += cycle * period_ns;
    } else if (at_end > begin_ns) {
      moment = at_end + (cycle - 1) * period_ns;
    }
  };
  std::uint64_t highest = 0;
  for (const Sample& one : captured_)
    for (const auto* list : {&one.live, &one.closed})
      for (const sw_connection& connection : *list) highest = std::max(highest, id_of(connection));
  for (auto* list : {&sample.live, &sample.closed}) {
    for (sw_connection& connection : *list) {
      const auto begin = firsts.find(id_of(connection)), end = lasts.find(id_of(connection));
      const bool stays = begin != firsts.end() && end != lasts.end();
      each_moment(connection, stays ? *end->second : connection, again);
      connection.read_ns += cycle * period_ns;
      if (stays) {
        each_count_of(connection, *begin->second, *end->second, further(cycle));
      } else {
        connection.record.id += cycle * highest;
      }
    }
  }
}

void Cycles::repeat_rows(Sample& sample, std::uint64_t cycle) const {
  const Sample &first = captured_.front(), &last = captured_.back();
  const auto count = further(cycle);
  for (ProcessSample& now : sample.processes) {
    const ProcessSample& begin = counterpart(first.processes, now, serial_of);
    const ProcessSample& end = counterpart(last.processes, now, serial_of);
    for (std::size_t role = 0; role < now.roles.size(); ++role)
      if (now.roles[role]) each_count(*now.roles[role], *begin.roles[role], *end.roles[role], count);
    for (std::size_t option = 0; option < SW_OPTION_COUNT; ++option)
      count(now.process.setsockopt[option], begin.process.setsockopt[option], end.process.setsockopt[option]);
  }
  for (EndpointSample& now : sample.endpoints)
    each_count(now.totals, counterpart(first.endpoints, now, key_of).totals,
               counterpart(last.endpoints, now, key_of).totals, count);
}

}  // namespace sockwarden::testing
