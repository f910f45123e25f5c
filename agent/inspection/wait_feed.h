// Feeds the history of waits with those that have ended, from what changed between two Models.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "agent/detect/wait_history.h"
#include "agent/model/model.h"

namespace sockwarden {

class WaitFeed {
 public:
  void update(const Model& model, WaitHistory& history);

 private:
  /// What has been counted of a connection already.
  struct Counted {
    std::uint32_t first_bytes = 0;
    std::uint64_t first_byte_sum_ns = 0;
    std::uint64_t response_done_ns = 0;
    std::uint32_t bodies = 0;
    std::uint64_t read_ns = 0;
    std::uint64_t request_head_ns = 0;
    std::uint64_t request_done_ns = 0;
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
