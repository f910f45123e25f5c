#include "agent/kernel/ring_reader.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cstring>

#include "agent/sandbox/capabilities.h"

namespace sockwarden {

RingReader::RingReader(int map_fd) : stop_(eventfd(0, EFD_CLOEXEC)) {
  ring_ = Ring(ring_buffer__new(map_fd, &RingReader::receive, this, nullptr));
  if (ring_) thread_ = std::thread([this] { run(); });
}

RingReader::~RingReader() {
  const std::uint64_t one = 1;
  if (thread_.joinable() && write(stop_.get(), &one, sizeof(one)) == sizeof(one)) thread_.join();
}

int RingReader::receive(void* self, void* data, std::size_t bytes) {
  auto& reader = *static_cast<RingReader*>(self);
  if (bytes < sizeof(sw_connection)) return 0;
  if (reader.waiting_.size() >= most_waiting) {
    ++reader.lost_;
    return 0;
  }
  std::memcpy(&reader.waiting_.emplace_back(), data, sizeof(sw_connection));
  return 0;
}

void RingReader::run() {
  (void)keep_capabilities({});  // it reads memory that is mapped, and waits
  // The kernel wakes us only when the ring is half full; half a second is how stale a detail may get otherwise.
  std::array<pollfd, 2> wait{pollfd{ring_buffer__epoll_fd(ring_.get()), POLLIN, 0}, pollfd{stop_.get(), POLLIN, 0}};
  while (true) {
    poll(wait.data(), wait.size(), 500);
    if (wait[1].revents != 0) return;
    const std::lock_guard lock(mutex_);
    ring_buffer__consume(ring_.get());
  }
}

std::vector<sw_connection> RingReader::take() {
  const std::lock_guard lock(mutex_);
  ring_buffer__consume(ring_.get());
  return std::exchange(waiting_, {});
}

std::uint64_t RingReader::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

}  // namespace sockwarden
