#include "agent/publish/open_connections.h"

#include <sys/socket.h>

#include <algorithm>
#include <iterator>

namespace sockwarden {

OpenConnections::Ticket OpenConnections::started(int descriptor) {
  entries_.push_back({descriptor, false});
  if (entries_.size() > limit_) {
    const auto oldest =
        std::find_if(entries_.begin(), entries_.end(), [](const Entry& entry) { return !entry.evicted; });
    oldest->evicted = true;
    shutdown(oldest->descriptor, SHUT_RDWR);  // the server sees an end of file and cleans up
  }
  return std::prev(entries_.end());
}

void OpenConnections::answered(Ticket ticket) { entries_.splice(entries_.end(), entries_, ticket); }
void OpenConnections::ended(Ticket ticket) { entries_.erase(ticket); }

}  // namespace sockwarden
