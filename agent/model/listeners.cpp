#include "agent/model/listeners.h"

namespace sockwarden {
namespace {}  // namespace

std::array<Address, 3> listening_addresses(const Address& local) {
  Address any_v6{.ip = {}, .port = local.port};
  Address any_v4 = any_v6;
  any_v4.ip[10] = any_v4.ip[11] = 0xff;
  return {local, any_v4, any_v6};
}

Listeners::Listeners(const std::vector<sw_connection>& live) {
  for (const sw_connection& raw : live) {
    const bool listens =
        raw.record.role == SW_ROLE_LISTENER || static_cast<TcpState>(raw.socket.state) == TcpState::listen;
    if (!listens || raw.record.process == 0) continue;
    const Address local = Address::from(raw.record.local);
    by_namespace_[{raw.record.netns, local}] = raw.record.process;
    by_address_[local].insert(raw.record.process);
  }
}

std::uint32_t Listeners::owner_of(const Address& local, std::uint32_t netns) const {
  for (const Address& address : listening_addresses(local)) {
    const auto found = by_namespace_.find({netns, address});
    if (found != by_namespace_.end()) return found->second;
  }
  return 0;
}

std::uint32_t Listeners::owner_of(const Address& local) const {
  for (const Address& address : listening_addresses(local)) {
    const auto found = by_address_.find(address);
    if (found != by_address_.end()) return found->second.size() == 1 ? *found->second.begin() : 0;
  }
  return 0;
}

}  // namespace sockwarden
