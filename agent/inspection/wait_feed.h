// Feeds the history of waits with those that have ended, from what changed between two Models.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "agent/detect/wait_history.h"
#include "agent/model/model.h"

namespace sockwarden {

class WaitFeed {
 public:
  void update(const Model& model, WaitHistory& history);
  [[nodiscard]] TableFill table() const {
    constexpr std::size_t node = sizeof(std::uint64_t) + sizeof(Counted) + 2 * sizeof(void*);
    return {"wait_connections", connections_.size(), {}, connections_.size() * node};
  }

 private:
  /// What has been counted of a connection already.
  struct Counted {
    FirstBytes first_bytes;
    std::optional<Instant> response_began, request_head, request_done;
    std::uint32_t bodies = 0;
    Instant read{};
    bool dialled = false;
    bool shook_hands = false;
    std::uint64_t model = 0;
  };
  void take_answers(const Connection& connection, const Process& process, WaitHistory& history);
  void take_client(const Connection& connection, const Process& process, WaitHistory& history, Counted& counted);
  void take_bodies(const Connection& connection, const Process& process, WaitHistory& history, Counted& counted);
  void take_server(const Connection& connection, const Process& process, WaitHistory& history, Counted& counted);

  std::unordered_map<std::uint64_t, Counted> connections_;
  std::uint64_t model_ = 0;
};

}  // namespace sockwarden
