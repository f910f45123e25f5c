// Every detector there is.
#pragma once

#include <vector>

#include "agent/detect/detection_context.h"

namespace sockwarden {

[[nodiscard]] Suspects missing_timeout_suspects(const DetectionContext& context);
[[nodiscard]] DetectorResult judge_missing_timeouts(const DetectionContext& context, const Suspects& suspects,
                                                    const Answers& answers);
[[nodiscard]] Suspects stuck_request_suspects(const DetectionContext& context);
[[nodiscard]] DetectorResult judge_stuck_requests(const DetectionContext& context, const Suspects& suspects,
                                                  const Answers& answers);
[[nodiscard]] DetectorResult listen_overflow(const DetectionContext& context);
[[nodiscard]] DetectorResult undrained_body(const DetectionContext& context);
[[nodiscard]] DetectorResult connection_leak(const DetectionContext& context);
[[nodiscard]] DetectorResult pool_churn(const DetectionContext& context);
[[nodiscard]] DetectorResult pool_unbounded(const DetectionContext& context);
[[nodiscard]] DetectorResult stale_reuse(const DetectionContext& context);
[[nodiscard]] DetectorResult socket_option(const DetectionContext& context);
[[nodiscard]] DetectorResult fd_leak(const DetectionContext& context);

[[nodiscard]] const std::vector<Detector>& detectors();

}  // namespace sockwarden
