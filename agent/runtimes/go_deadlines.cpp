#include "agent/runtimes/go_deadlines.h"

#include <time.h>

namespace sockwarden {
namespace {

template <typename Number>
bool read_at(const ReadMemory& read, std::uint64_t address, Number& number) {
  return read(address, &number, sizeof(number));
}

bool plausible(std::int64_t deadline) { return deadline >= -1; }

}  // namespace

std::optional<GoDeadlines> read_go_deadlines(const ReadMemory& read, const PollDescLayout& layout,
                                             std::uint64_t address, std::uint32_t fd) {
  std::uint64_t found_fd = 0, self = 0;
  GoDeadlines deadlines;
  deadlines.fd = fd;
  const bool readable = read_at(read, address + layout.fd, found_fd) && read_at(read, address + layout.self, self) &&
                        read_at(read, address + layout.reader, deadlines.reader) &&
                        read_at(read, address + layout.read_deadline, deadlines.read_ns) &&
                        read_at(read, address + layout.write_deadline, deadlines.write_ns);
  const bool right =
      readable && found_fd == fd && self == address && plausible(deadlines.read_ns) && plausible(deadlines.write_ns);
  return right ? std::optional<GoDeadlines>(deadlines) : std::nullopt;
}

std::optional<GoDeadlines> find_go_deadlines(ProcessView& process, const GoBinary& binary,
                                             std::optional<std::uint32_t> fd, std::uint64_t inode) {
  if (binary.layouts.empty()) return std::nullopt;
  for (const auto epoll : process.epolls()) {
    const auto entry = process.entry(epoll, fd, inode);
    if (!entry) continue;
    for (const auto& layout : binary.layouts) {
      for (const auto address : poll_desc_addresses(entry->data)) {
        if (auto deadlines = read_go_deadlines(process.memory(), layout, address, entry->fd)) return deadlines;
      }
    }
  }
  return std::nullopt;
}

std::chrono::nanoseconds monotonic_time() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace sockwarden
