#include "agent/kernel/listen_drops.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>

namespace sockwarden {
namespace {

constexpr std::uint8_t tcp_listen = 10;  // include/net/tcp_states.h

}  // namespace

void ListenDrops::count(std::vector<sw_connection>& live, const Reader& read) {
  ++round_;
  std::map<std::uint32_t, std::vector<Growth>> by_namespace;
  for (sw_connection& connection : live) {
    if (connection.socket.state != tcp_listen) continue;
    Listener& listener = listeners_[connection.record.id];
    const std::uint32_t packets = connection.socket.drops - listener.dropped;
    listener.dropped = connection.socket.drops;
    listener.round = round_;
    by_namespace[connection.record.netns].push_back({&connection, &listener, packets});
  }
  for (auto& [inode, growths] : by_namespace) {
    Namespace& space = namespaces_[inode];
    space.round = round_;
    share(space, growths, read);
    for (const Growth& growth : growths) growth.connection->socket.drops = growth.listener->counted;
  }
  std::erase_if(listeners_, [this](const auto& entry) { return entry.second.round != round_; });
  std::erase_if(namespaces_, [this](const auto& entry) { return entry.second.round != round_; });
}

void ListenDrops::share(Namespace& space, std::vector<Growth>& growths, const Reader& read) {
  const bool grew =
      std::any_of(growths.begin(), growths.end(), [](const Growth& growth) { return growth.packets > 0; });
  if (space.drops && !grew) return;
  const auto now = read(growths.front().connection->record.holder_tgid);
  if (!now) return;
  const bool first = !space.drops;  // what was dropped before may have been dropped by anybody
  const std::uint64_t fresh = *now - std::min(*now, space.drops.value_or(0));
  std::uint64_t left = fresh + (space.spare_round + 1 == round_ ? space.spare : 0);
  space.drops = now;
  std::stable_sort(growths.begin(), growths.end(), [](const Growth& a, const Growth& b) {
    return (a.connection->socket.defer_accept != 0) < (b.connection->socket.defer_accept != 0);
  });
  for (const Growth& growth : growths) {
    if (first && growth.connection->socket.defer_accept != 0) break;
    const auto counted = std::min<std::uint64_t>(growth.packets, left);
    growth.listener->counted += static_cast<std::uint32_t>(counted);
    left -= counted;
  }
  space.spare = first ? 0 : std::min(left, fresh);
  space.spare_round = round_;
}

std::optional<std::uint64_t> listen_drops_in(const std::string& netstat) {
  std::istringstream lines(netstat);
  std::string names, values;
  while (std::getline(lines, names) && std::getline(lines, values)) {
    std::istringstream name_words(names), value_words(values);
    std::string name, value;
    while (name_words >> name && value_words >> value)
      if (name == "ListenDrops") return std::strtoull(value.c_str(), nullptr, 10);
  }
  return std::nullopt;
}

}  // namespace sockwarden
