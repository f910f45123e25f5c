#include "agent/cli/reload.h"

#include <utility>

namespace sockwarden {

Reload reload(const Config& running, Config next) {
  Reload result;
  const auto keep = [&result](const char* key, const auto& old_value, auto& new_value) {
    if (old_value == new_value) return;
    result.needs_restart.emplace_back(key);
    new_value = old_value;
  };
  keep("web.listen_addresses", running.web.listen_addresses, next.web.listen_addresses);
  keep("web.systemd_socket", running.web.systemd_socket, next.web.systemd_socket);
  keep("web.config_file", running.web.config_file, next.web.config_file);
  keep("kernel.ring_bytes", running.kernel.ring_bytes, next.kernel.ring_bytes);
  keep("kernel.max_sockets", running.kernel.max_sockets, next.kernel.max_sockets);
  keep("kernel.max_processes", running.kernel.max_processes, next.kernel.max_processes);
  keep("kernel.max_endpoints", running.kernel.max_endpoints, next.kernel.max_endpoints);
  keep("kernel.protocol_parser", running.kernel.protocol_parser, next.kernel.protocol_parser);
  keep("kernel.stacks", running.kernel.stacks, next.kernel.stacks);
  keep("kernel.seed_orphans", running.kernel.seed_orphans, next.kernel.seed_orphans);
  result.config = std::move(next);
  return result;
}

}  // namespace sockwarden
