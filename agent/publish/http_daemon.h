// libmicrohttpd on one listening socket, with a thread of its own.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "agent/contract/error.h"
#include "agent/publish/bound_socket.h"
#include "agent/publish/site.h"

namespace sockwarden {

class HttpDaemon {
 public:
  /// TLS where the policy in force has it; each new connection takes the certificates of that moment.
  static tl::expected<std::unique_ptr<HttpDaemon>, Error> open(BoundSocket socket, Site& site);

  /// Closes all connections.
  ~HttpDaemon();
  HttpDaemon(const HttpDaemon&) = delete;
  HttpDaemon& operator=(const HttpDaemon&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  struct Service;
  HttpDaemon(std::string address, std::unique_ptr<Service> service);
  std::string address_;
  std::unique_ptr<Service> service_;
};

}  // namespace sockwarden
