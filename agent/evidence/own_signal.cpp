#include "agent/evidence/own_signal.h"

#include "agent/evidence/unix_peer.h"

namespace sockwarden {

bool is_own_signal(ProcessView& process, std::uint32_t fd) {
  using Kind = DescriptorTarget::Kind;
  const DescriptorTarget target = process.target(fd);
  if (target.kind == Kind::eventfd) return true;
  if (target.kind == Kind::pipe) return process.count_of(target) > 1;  // it has both ends
  const bool socket = target.kind == Kind::socket;
  const std::uint32_t peer = socket ? unix_peer_of(static_cast<std::uint32_t>(target.inode)) : 0;
  return peer != 0 && process.count_of({Kind::socket, peer}) != 0;
}

}  // namespace sockwarden
