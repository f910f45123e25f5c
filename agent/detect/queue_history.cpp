#include "agent/detect/queue_history.h"

namespace sockwarden {

// sk_acceptq_is_full: sk_ack_backlog > sk_max_ack_backlog (include/net/sock.h)
bool is_full(const Connection& listener) {
  return listener.role == Role::listener && listener.accept_queue.length > listener.accept_queue.limit;
}

void QueueHistory::update(const Model& model) {
  for (const Connection& listener : model.connections) {
    if (listener.role != Role::listener) continue;
    const std::uint32_t drops = listener.accept_queue.drops;
    const auto [found, added] = listeners_.try_emplace(listener.id);
    State& state = found->second;
    const std::uint32_t growth = !added && drops > state.last_drops ? drops - state.last_drops : 0;
    state.last_drops = drops;
    state.model = model.number;
    if (!is_full(listener)) {
      state.full = {};
      continue;
    }
    if (state.full.scans++ == 0) state.full.since = model.time;
    state.full.drops += growth;
    state.full.drop_scans += growth > 0 ? 1 : 0;
  }
  std::erase_if(listeners_, [&](const auto& entry) { return entry.second.model != model.number; });
}

std::optional<FullQueue> QueueHistory::full(std::uint64_t listener) const {
  const auto found = listeners_.find(listener);
  if (found == listeners_.end() || found->second.full.scans == 0) return std::nullopt;
  return found->second.full;
}

}  // namespace sockwarden
