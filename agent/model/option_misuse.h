// What socket options have done to connections, told at their ends: of clients and of servers, also of processes that
// are gone. Pure and bounded.
#pragma once

#include <cstdint>
#include <deque>

#include "agent/model/model.h"

namespace sockwarden {

struct OptionMisuse {
  enum class Kind : std::uint8_t {
    cut_by_linger,  ///< SO_LINGER 0 threw away what was being delivered
    late_buffer,    ///< SO_RCVBUF was set on a connection
  };
  Kind kind = Kind::cut_by_linger;
  std::uint32_t process = 0;  ///< serial
  Identity identity;
  Role role = Role::unknown;
  Address endpoint;  ///< the server's
  Protocol protocol = Protocol::unknown;
  std::uint64_t connection = 0;
  std::uint32_t stack_id = 0;
  std::uint32_t lost_bytes = 0;
  Instant time{};
};

class OptionMisuses {
 public:
  void update(const Model& model);

  /// The latest, oldest first.
  [[nodiscard]] const std::deque<OptionMisuse>& latest() const { return latest_; }

 private:
  void add(const OptionMisuse& misuse);

  std::deque<OptionMisuse> latest_;
};

}  // namespace sockwarden
