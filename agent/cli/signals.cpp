#include "agent/cli/signals.h"

#include <algorithm>

namespace sockwarden {

Signals::Signals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set_, &former_);
}

Signals::~Signals() { pthread_sigmask(SIG_SETMASK, &former_, nullptr); }

std::optional<SignalRequest> Signals::wait(std::chrono::nanoseconds timeout) const {
  const auto left = std::max(timeout, std::chrono::nanoseconds(0));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec limit{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
  switch (sigtimedwait(&set_, nullptr, &limit)) {
    case SIGTERM:
    case SIGINT:
      return SignalRequest::stop;
    case SIGHUP:
      return SignalRequest::reload;
    default:
      return std::nullopt;
  }
}

}  // namespace sockwarden
