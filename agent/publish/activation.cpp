#include "agent/publish/activation.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <string>

namespace sockwarden {
namespace {

Error failure(const std::string& object, int code, const std::string& advice) {
  return {"serve on the sockets of systemd", object, code, advice};
}

}  // namespace

tl::expected<std::vector<BoundSocket>, Error> passed_sockets() {
  const int count = sd_listen_fds(1);
  if (count < 0) return tl::unexpected(failure("", -count, "start the agent through sockwarden.socket"));
  if (count == 0)
    return tl::unexpected(failure("", 0,
                                  "none was passed: start the agent through sockwarden.socket, or leave "
                                  "--web.systemd-socket out and give --web.listen-address"));
  std::vector<BoundSocket> sockets;
  for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; ++fd) sockets.emplace_back(fd);
  for (const BoundSocket& socket : sockets) {
    const int fd = socket.descriptor();
    if (sd_is_socket_inet(fd, AF_UNSPEC, SOCK_STREAM, 1, 0) <= 0)
      return tl::unexpected(failure("(descriptor " + std::to_string(fd) + ")", 0,
                                    "it is no listening TCP socket; give ListenStream= an address and a port"));
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
      return tl::unexpected(failure("(descriptor " + std::to_string(fd) + ")", errno, ""));
  }
  return sockets;
}

}  // namespace sockwarden
