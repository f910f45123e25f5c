#include "agent/publish/listener_keys.h"
#include "agent/publish/metrics.h"

namespace sockwarden {
namespace {

Labels labels_of(const ListenerKey& key) { return labels_of(key.identity, {{"server_address", key.endpoint}}); }

}  // namespace

void add_listener_metrics(MetricSet& set, const Published& published) {
  auto& length = set.gauge({"sockwarden_accept_queue_length", "identity, server_address", "connections",
                            "Connections established and not yet accepted."});
  auto& limit = set.gauge({"sockwarden_accept_queue_limit", "identity, server_address", "connections",
                           "Length of the accept queue beyond which drops begin.", "The backlog in force."});
  auto& drops = set.counter({"sockwarden_accept_queue_drops_total", "identity, server_address", "packets",
                             "Handshakes that listening sockets dropped for want of room.",
                             "No more than ListenDrops of the network namespace grew by: bare ACKs that "
                             "TCP_DEFER_ACCEPT throws away, and segments that came twice, are none."});
  const auto keys = listener_keys(published.model);
  for (const auto& connection : published.model.connections) {
    const auto key = keys.find(connection.id);
    if (key == keys.end()) continue;
    length.add(labels_of(key->second), connection.accept_queue.length);
    limit.add(labels_of(key->second), connection.accept_queue.limit);
  }
  for (const auto& [key, count] : published.listener_drops) drops.add(labels_of(key), static_cast<double>(count));
}

}  // namespace sockwarden
