#include "agent/model/held_descriptor.h"

#include "agent/model/tcp_state.h"

namespace sockwarden {
namespace {

constexpr std::uint8_t access_mode = 3;
constexpr std::uint8_t read_only = 0, write_only = 1;

/// One and the same file, opened so often while it was open and not used: no cache does that.
constexpr std::uint64_t least_openings = 3;

std::uint64_t key_of(const HeldDescriptor& held) {
  return held.inode ^ (std::uint64_t{held.device} * 0x9e3779b97f4a7c15ULL);
}

}  // namespace

std::uint8_t kind_of(const sw_descriptor& detail) {
  if (detail.type >= SW_DESCRIPTOR_COUNT) return SW_DESCRIPTOR_OTHER;
  if (detail.type != SW_DESCRIPTOR_SOCKET || static_cast<TcpState>(detail.tcp_state) != TcpState::close)
    return detail.type;
  return (detail.signs & SW_SIGN_CONNECTED) != 0 ? HeldDescriptor::disconnected : HeldDescriptor::never_connected;
}

void HeldDescriptor::take(const sw_descriptor& detail) {
  inode = detail.inode;
  device = detail.device;
  position = detail.position;
  traffic = detail.traffic;
  end = detail.end;
  other_end = detail.other_end;
  signs = detail.signs;
  references = detail.references;
  access = detail.open_flags & access_mode;
  kind = kind_of(detail);
}

bool HeldDescriptor::was_used_by(const sw_descriptor& detail) const {
  // An event loop that lives is seen to wait sooner or later.
  if (kind == SW_DESCRIPTOR_EPOLL && (detail.signs & SW_SIGN_AWAITED) != 0) return true;
  return position != detail.position || traffic != detail.traffic;
}

Surroundings::Surroundings(const std::vector<const HeldDescriptor*>& of_one_kind) {
  for (const HeldDescriptor* held : of_one_kind) {
    Openings& openings = openings_[key_of(*held)];
    ++openings.all;
    if (held->access != write_only) ++openings.reading;
    if (held->access != read_only) ++openings.writing;
    if (held->end != 0) ends_.insert(held->end);
  }
}

const Surroundings::Openings& Surroundings::openings_of(const HeldDescriptor& held) const {
  static const Openings none;
  const auto found = openings_.find(key_of(held));
  return found == openings_.end() ? none : found->second;
}

bool Surroundings::is_forgotten(const HeldDescriptor& held) const {
  if (held.used) return false;
  switch (held.kind) {
    case HeldDescriptor::never_connected:
    case HeldDescriptor::disconnected:
      return true;
    case SW_DESCRIPTOR_FILE:
    case SW_DESCRIPTOR_MEMFD:
      return is_forgotten_file(held);
    case SW_DESCRIPTOR_OTHER:
      if (held.has(SW_SIGN_PLAIN)) return is_forgotten_file(held);
      return held.has(SW_SIGN_READ) && !held.has(SW_SIGN_OTHER_END);
    case SW_DESCRIPTOR_PIPE:
      return is_forgotten_pipe(held);
    case SW_DESCRIPTOR_UNIX:
      return is_forgotten_unix(held);
    case SW_DESCRIPTOR_PIDFD:
      return held.has(SW_SIGN_READ) && !held.has(SW_SIGN_OTHER_END);
    case SW_DESCRIPTOR_SIGNALFD:
    case SW_DESCRIPTOR_INOTIFY:
    case SW_DESCRIPTOR_IO_URING:
      return !held.is_shared();  // that they stay is all that is seen of them
    default:                     // UDP, eventfd, timerfd, epoll
      return held.has(SW_SIGN_READ) && !held.has(SW_SIGN_RECEIVED) && !held.has(SW_SIGN_ARMED) &&
             !held.has(SW_SIGN_AWAITED) && !held.is_shared();
  }
}

bool Surroundings::is_forgotten_file(const HeldDescriptor& held) const {
  if (!held.has(SW_SIGN_READ) || held.has(SW_SIGN_MAPPED) || held.has(SW_SIGN_LOCKED)) return false;
  // No name leads to it: of these there may be more without end.
  if (held.has(SW_SIGN_UNLINKED)) return !held.is_shared();
  return openings_of(held).all >= least_openings;
}

bool Surroundings::is_forgotten_pipe(const HeldDescriptor& held) const {
  if (!held.has(SW_SIGN_READ)) return false;
  if (!held.has(SW_SIGN_OTHER_END)) return true;
  if (held.is_shared()) return false;
  const Openings& openings = openings_of(held);
  return openings.reading > 0 && openings.writing > 0;  // both ends are here, and nowhere else
}

bool Surroundings::is_forgotten_unix(const HeldDescriptor& held) const {
  if (!held.has(SW_SIGN_READ) || held.is_shared()) return false;
  if (!held.has(SW_SIGN_OTHER_END)) return true;
  return held.other_end != 0 && ends_.contains(held.other_end) && !held.has(SW_SIGN_AWAITED);
}

}  // namespace sockwarden
