#include "agent/inspection/socket_timeouts.h"

#include <memory>
#include <unordered_map>

namespace sockwarden {

HasSocketTimeout socket_timeouts(const Model& model) {
  // Few scans ask at all: the index is built with the first question.
  auto known = std::make_shared<std::unordered_map<std::uint64_t, bool>>();
  return [&model, known](std::uint64_t inode) -> std::optional<bool> {
    if (known->empty()) {
      for (const Connection& connection : model.connections) {
        const SocketOptions& options = connection.options;
        (*known)[connection.inode] = options.receive_timeout.count() != 0 || options.send_timeout.count() != 0;
      }
    }
    const auto found = known->find(inode);
    return found == known->end() ? std::nullopt : std::optional<bool>(found->second);
  };
}

}  // namespace sockwarden
