// The agent's HTTP side: /metrics, the JSON API, health and the page, on every listen address.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/config/config.h"
#include "agent/contract/error.h"
#include "agent/publish/snapshot.h"

namespace sockwarden {

/// Where the server takes what it shows from.
struct Content {
  std::shared_ptr<Snapshot> snapshot;
  std::function<std::uint64_t()> log_lines_dropped = [] { return std::uint64_t{0}; };
};

class WebServer {
 public:
  /// Binds every address and serves at once; /-/ready says 503 until the first Published is there.
  /// With a web configuration file, changes to it and to its certificates are taken over within two seconds.
  static tl::expected<std::unique_ptr<WebServer>, Error> open(const Config::Web& web, Content content);

  /// Stops accepting and closes all connections.
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  /// Reads the web configuration file again now. On an error the old one stays in force.
  tl::expected<void, Error> reload();

  /// Takes over who is answered and what is told, at the start and on a reload. Until then: as strict as can be.
  void configure(const Config& config);

  /// False makes /-/ready say 503, for instance while shutting down. True at the start.
  void set_ready(bool ready);

  /// What is bound, with the real ports: "127.0.0.1:10180", "[::1]:10180".
  [[nodiscard]] std::vector<std::string> addresses() const;

  /// The same as URLs: "http://127.0.0.1:10180/".
  [[nodiscard]] std::vector<std::string> urls() const;

 private:
  struct Parts;
  explicit WebServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sockwarden
