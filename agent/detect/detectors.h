// Every detector there is.
#pragma once

#include <vector>

#include "agent/detect/scene.h"

namespace sockwarden {

[[nodiscard]] Opinion missing_timeout(const Scene& scene);
[[nodiscard]] Opinion stuck_request(const Scene& scene);
[[nodiscard]] Opinion listen_overflow(const Scene& scene);
[[nodiscard]] Opinion undrained_body(const Scene& scene);
[[nodiscard]] Opinion connection_leak(const Scene& scene);
[[nodiscard]] Opinion pool_churn(const Scene& scene);
[[nodiscard]] Opinion pool_unbounded(const Scene& scene);
[[nodiscard]] Opinion stale_reuse(const Scene& scene);
[[nodiscard]] Opinion socket_option(const Scene& scene);
[[nodiscard]] Opinion fd_leak(const Scene& scene);

[[nodiscard]] const std::vector<Detector>& detectors();

}  // namespace sockwarden
