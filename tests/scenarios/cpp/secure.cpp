// OpenSSL on a blocking socket: handshake, question, answer, with the socket's receive timeout or with none.
#include <openssl/ssl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "plan.h"
#include "ways.h"

namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

void talk_on(SSL* ssl, plan::Barrier& waiting) {
  if (plan::text("path").empty()) waiting.arrive();
  if (SSL_connect(ssl) != 1) {
    std::fprintf(stderr, "no handshake\n");
    return;
  }
  const std::string ask = "GET " + plan::text("path") + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  SSL_write(ssl, ask.data(), static_cast<int>(ask.size()));
  waiting.arrive();
  char buffer[16384];
  while (SSL_read(ssl, buffer, sizeof buffer) > 0) {
  }
}

}  // namespace

void secure() {
  const auto peer = peer_of(plan::text("address"));
  const int workers = plan::number("workers", 3);
  plan::Barrier waiting(workers);
  const Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_load_verify_locations(context.get(), std::getenv("SCENARIOS_CERTIFICATE"), nullptr);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  in_threads(workers, [&] {
    for (int i = 0; i < plan::number("attempts", 1); ++i) {
      const int fd = socket(peer.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const timeval limit{plan::number("receive_timeout"), 0};
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      if (connect(fd, reinterpret_cast<const sockaddr*>(&peer.address), peer.length) < 0) std::perror("connect");
      const Session ssl(SSL_new(context.get()), SSL_free);
      SSL_set_fd(ssl.get(), fd);
      talk_on(ssl.get(), waiting);
      close(fd);
    }
  });
}
