#include "agent/detect/detectors.h"

namespace sockwarden {

const std::vector<Detector>& detectors() {
  static const std::vector<Detector> all{
      missing_timeout,
      stuck_request,
      listen_overflow,
  };
  return all;
}

}  // namespace sockwarden
