#include "agent/publish/connection_order.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace sockwarden {
namespace {

/// Those of one figure are told apart by id, so that one page follows the other.
template <auto Member>
bool largest_first(const Connection* a, const Connection* b) {
  return std::tie(b->*Member, a->id) < std::tie(a->*Member, b->id);
}

bool oldest_first(const Connection* a, const Connection* b) {
  return std::tie(a->birth, a->id) < std::tie(b->birth, b->id);
}

constexpr std::array<std::pair<const char*, ConnectionOrder>, 7> orders{
    {{"age", oldest_first},
     {"idle", largest_first<&Connection::idle>},
     {"exchanges", largest_first<&Connection::exchanges>},
     {"unread", largest_first<&Connection::unread_bytes>},
     {"unsent", largest_first<&Connection::unsent_bytes>},
     {"received", largest_first<&Connection::received_bytes>},
     {"sent", largest_first<&Connection::sent_bytes>}}};

}  // namespace

const std::vector<std::string>& connection_orders() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, order] : orders) all.emplace_back(name);
    return all;
  }();
  return names;
}

ConnectionOrder connection_order(const std::string& name) {
  const auto found = std::find_if(orders.begin(), orders.end(), [&](const auto& order) { return order.first == name; });
  return found == orders.end() ? nullptr : found->second;
}

}  // namespace sockwarden
