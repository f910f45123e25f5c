// A finding that needs nobody's /proc.
#pragma once

#include "tests/unit/model/world.h"

namespace sockwarden::testing {

/// A listener whose queue is full.
inline std::uint64_t full_listener(World& world, std::uint32_t serial) {
  const auto id = world.open(serial, SW_ROLE_LISTENER, v4(10, 0, 0, 1, 80), {});
  world.connection(id).socket.accept_queue = 3;
  world.connection(id).socket.accept_queue_limit = 2;
  return id;
}

}  // namespace sockwarden::testing
