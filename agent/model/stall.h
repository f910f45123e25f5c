// Small messages whose end waits in the host for the acknowledgement of their beginning: Nagle's algorithm (RFC 896)
// against delayed acknowledgements (RFC 1122, 4.2.3.2). Requests of clients and answers of servers. Pure and bounded.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "agent/model/model.h"

namespace sockwarden {

struct Stall {
  std::uint32_t process = 0;  ///< serial
  Identity identity;
  Role role = Role::unknown;
  Address endpoint;  ///< the server's
  Protocol protocol = Protocol::unknown;
  std::uint64_t connection = 0;
  Instant time{};
  std::chrono::nanoseconds duration{};
};

class Stalls {
 public:
  void update(const Model& model);

  /// The latest, oldest first.
  [[nodiscard]] const std::deque<Stall>& latest() const { return latest_; }
  /// When a message was last late, for a reason that only the times of sends can tell.
  [[nodiscard]] std::optional<Instant> late() const { return late_; }

 private:
  void take(const Model& model, const Connection& connection);
  void add(Stall stall);

  struct Counted {
    Instant began{};  ///< the latest message that was counted
    std::uint64_t round = 0;
  };

  std::deque<Stall> latest_;
  std::unordered_map<std::uint64_t, Counted> counted_;  // by connection
  std::optional<Instant> late_;
  std::uint64_t round_ = 0;
};

}  // namespace sockwarden
