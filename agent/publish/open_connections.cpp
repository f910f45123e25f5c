#include "agent/publish/open_connections.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sockwarden {
namespace {

bool client_has_closed(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  return getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_CLOSE_WAIT;
}

}  // namespace

OpenConnections::Ticket OpenConnections::started(int descriptor) {
  entries_.push_back({.descriptor = descriptor, .answering = {}, .half_closed = {}});
  if (entries_.size() > limit_) {
    const auto oldest =
        std::find_if(entries_.begin(), entries_.end(), [](const Entry& entry) { return !entry.evicted; });
    evict(*oldest);
  }
  return std::prev(entries_.end());
}

void OpenConnections::answering(Ticket ticket, std::size_t bytes, Time now) {
  answered(ticket);
  entries_.splice(entries_.end(), entries_, ticket);
  ticket->answering = now;
  ticket->answer_bytes = bytes;
  answer_bytes_ += bytes;
  for (Entry& entry : entries_) {
    if (answer_bytes_ <= most_answer_bytes || &entry == &*ticket) break;
    if (entry.answering && !entry.evicted) {
      evict(entry);
      answer_bytes_ -= std::exchange(entry.answer_bytes, 0);
    }
  }
}

void OpenConnections::answered(Ticket ticket) {
  ticket->answering.reset();
  answer_bytes_ -= std::exchange(ticket->answer_bytes, 0);
}

void OpenConnections::ended(Ticket ticket) {
  answered(ticket);
  entries_.erase(ticket);
}

void OpenConnections::sweep(Time now) {
  for (Entry& entry : entries_) {
    if (entry.evicted) continue;
    if (!client_has_closed(entry.descriptor))
      entry.half_closed.reset();
    else if (!entry.half_closed)
      entry.half_closed = now;
    const bool half_gone = entry.half_closed && !entry.answering && now - *entry.half_closed >= longest_half_closed;
    if (half_gone || (entry.answering && now - *entry.answering >= longest_answer)) evict(entry);
  }
}

void OpenConnections::evict(Entry& entry) {
  entry.evicted = true;
  shutdown(entry.descriptor, SHUT_RDWR);  // the server sees an end of file and cleans up
}

}  // namespace sockwarden
