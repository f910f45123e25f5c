// All connections of a client's pool, those that are open and those that have ended lately, as a population.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/detect/detection_context.h"

namespace sockwarden {

struct PoolMember {
  Instant opened{};
  std::optional<Instant> gone;  ///< given up by the program
  std::uint32_t requests = 0;
  std::chrono::nanoseconds survived{};  ///< the longest idle time after which it was used again
  std::size_t name = 0;                 ///< hash of Host, TLS server name, or user and database
  bool ended_by_peer = false;           ///< the peer closed first
};

/// Those whose opening was seen.
class PoolMembers {
 public:
  explicit PoolMembers(const DetectionContext& context);

  /// Of the process and endpoint of this connection.
  [[nodiscard]] std::vector<PoolMember> beside(const Connection& connection) const;

 private:
  const DetectionContext& context_;
  std::map<std::pair<std::uint32_t, Address>, std::vector<const Connection*>> live_;
};

}  // namespace sockwarden
