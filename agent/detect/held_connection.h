// Connections that a process holds and will not use again, and why that is believed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/detect/detection_context.h"

namespace sockwarden {

enum class Holding {
  close_wait,   ///< the peer has closed, the process has not
  unread,       ///< a response, or a part of one, that nobody reads
  transaction,  ///< a transaction that nobody ends
  forgotten,    ///< all was said, it was not used again, and more of its kind keep coming
};

struct HeldConnection {
  const Connection* connection = nullptr;
  Holding why = Holding::forgotten;
  std::chrono::nanoseconds disused{};
  bool outlived = false;  ///< a newer one was opened since
};

/// By process, role and endpoint.
using HeldKey = std::tuple<std::uint32_t, Role, std::string>;
[[nodiscard]] std::map<HeldKey, std::vector<HeldConnection>> held_connections(const DetectionContext& context);

}  // namespace sockwarden
