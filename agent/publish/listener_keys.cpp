#include "agent/publish/listener_keys.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace sockwarden {
namespace {

constexpr std::size_t named_listeners_limit = 50;

}  // namespace

std::map<std::uint64_t, ListenerKey> listener_keys(const Model& model) {
  std::vector<const Connection*> listeners;
  for (const auto& connection : model.connections) {
    if (connection.role == Role::listener) listeners.push_back(&connection);
  }
  std::sort(listeners.begin(), listeners.end(), [](const auto* a, const auto* b) { return a->id < b->id; });

  std::map<Identity, std::set<std::string>> named;
  std::map<std::uint64_t, ListenerKey> keys;
  for (const auto* listener : listeners) {
    const Process* process = model.process_of(*listener);
    ListenerKey key{process != nullptr ? process->identity : Identity{}, listener->local.string()};
    auto& names = named[key.identity];
    if (names.size() < named_listeners_limit) names.insert(key.endpoint);
    if (names.count(key.endpoint) == 0) key.endpoint = "other";
    keys.emplace(listener->id, std::move(key));
  }
  return keys;
}

}  // namespace sockwarden
