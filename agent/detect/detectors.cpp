#include "agent/detect/detectors.h"

namespace sockwarden {

const std::vector<Detector>& detectors() {
  static const std::vector<Detector> all{
      {missing_timeout_suspects, judge_missing_timeouts},
      {stuck_request_suspects, judge_stuck_requests},
      listen_overflow,
      undrained_body,
      connection_leak,
      pool_churn,
      pool_unbounded,
      stale_reuse,
      socket_option,
      fd_leak,
  };
  return all;
}

}  // namespace sockwarden
