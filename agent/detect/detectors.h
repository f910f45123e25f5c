// Every detector there is.
#pragma once

#include <vector>

#include "agent/detect/scene.h"

namespace sockwarden {

[[nodiscard]] Opinion missing_timeout(const Scene& scene);
[[nodiscard]] Opinion stuck_request(const Scene& scene);
[[nodiscard]] Opinion listen_overflow(const Scene& scene);

[[nodiscard]] const std::vector<Detector>& detectors();

}  // namespace sockwarden
