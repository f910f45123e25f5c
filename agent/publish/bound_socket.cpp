#include "agent/publish/bound_socket.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace sockwarden {

BoundSocket& BoundSocket::operator=(BoundSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

BoundSocket::~BoundSocket() {
  if (descriptor_ >= 0) close(descriptor_);
}

int BoundSocket::release() { return std::exchange(descriptor_, -1); }

std::string BoundSocket::address() const {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (getsockname(descriptor_, address, &size) != 0 ||
      getnameinfo(address, size, host.data(), host.size(), port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV)) {
    return {};
  }
  const std::string name = storage.ss_family == AF_INET6 ? '[' + std::string(host.data()) + ']' : host.data();
  return name + ':' + port.data();
}

}  // namespace sockwarden
