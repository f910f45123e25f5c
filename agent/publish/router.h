// From a request to a response: no sockets, no threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "agent/publish/metrics.h"
#include "agent/publish/request.h"
#include "agent/publish/server.h"

namespace sockwarden {

/// What /api/v1/status says of the web server.
struct WebState {
  std::vector<std::string> addresses;
  std::string config_file;
  bool tls = false;
  bool basic_auth = false;
  bool reload_successful = true;
  std::string error;
};

class Router {
 public:
  explicit Router(Content content);

  [[nodiscard]] Response answer(const Request& request);

  void set_ready(bool ready) { ready_ = ready; }
  void set_state(WebState state);
  [[nodiscard]] WebState state() const;

 private:
  [[nodiscard]] Response answer_get(const Request& request);
  [[nodiscard]] Response metrics(const Request& request);
  [[nodiscard]] Response readiness() const;
  [[nodiscard]] Response api(const Request& request) const;
  /// What stays the same until the next scan.
  [[nodiscard]] Response of_scan(const Request& request, const Published& published) const;

  Content content_;
  std::atomic<bool> ready_{true};
  mutable std::mutex mutex_;
  WebState state_;
  WebUse use_;
};

}  // namespace sockwarden
