// What of sk_drops of a listening socket were connections.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bpf/record.h"

namespace sockwarden {

/// sk_drops of a listener counts every packet that the kernel threw away on its behalf: connections that had no room,
/// but also the bare ACK of each handshake under TCP_DEFER_ACCEPT, and segments that came twice (tcp_v4_rcv(),
/// net/ipv4/tcp_ipv4.c). Those that had no room are in ListenDrops of the network namespace as well (tcp_listendrop()):
/// no more of a listener's drops are counted than ListenDrops grew by. Where several listeners of a namespace share a
/// growth, those without TCP_DEFER_ACCEPT come first. Pure.
class ListenDrops {
 public:
  /// ListenDrops of the network namespace that a process lives in, or nothing where it cannot be read.
  using Reader = std::function<std::optional<std::uint64_t>(std::uint32_t pid)>;

  /// Puts what is counted into `drops` of the listeners among these. Asks only for namespaces where something was
  /// dropped or that are new.
  void count(std::vector<sw_connection>& live, const Reader& read);

 private:
  struct Listener {
    std::uint32_t dropped = 0;  ///< sk_drops
    std::uint32_t counted = 0;
    std::uint64_t round = 0;
  };
  struct Namespace {
    std::optional<std::uint64_t> drops;  ///< ListenDrops
    std::uint64_t spare = 0;             ///< of its latest growth, not yet seen in any listener: the next scan may
    std::uint64_t spare_round = 0;
    std::uint64_t round = 0;
  };
  struct Growth {
    sw_connection* connection;
    Listener* listener;
    std::uint32_t packets;
  };
  void share(Namespace& space, std::vector<Growth>& growths, const Reader& read);

  std::unordered_map<std::uint64_t, Listener> listeners_;    // by connection
  std::unordered_map<std::uint32_t, Namespace> namespaces_;  // by inode number
  std::uint64_t round_ = 0;
};

/// ListenDrops in the text of /proc/PID/net/netstat.
[[nodiscard]] std::optional<std::uint64_t> listen_drops_in(const std::string& netstat);

}  // namespace sockwarden
