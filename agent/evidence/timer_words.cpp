#include "agent/evidence/timer_words.h"

#include "agent/evidence/duration_text.h"

namespace sockwarden {
namespace {

using Kind = TimerEvidence::Kind;

/// Of what one thread does; empty for the rest.
std::string words_for_thread(const TimerEvidence& evidence) {
  const auto& call = evidence.call;
  switch (evidence.kind) {
    case Kind::running:
      return "is running";
    case Kind::sleeping:
      return "sleeps in " + call;
    case Kind::outside_calls:
      return "is held up outside of system calls";
    case Kind::unseen_limit:
      return "is in " + call + ", of which no time limit can be seen";
    case Kind::limited_call:
      return "is in " + call + " with a time limit";
    case Kind::unknown_socket:
      return "is in " + call + " on a socket whose timeouts are not known";
    case Kind::limited_socket:
      return "is in " + call + " on a socket with a timeout";
    case Kind::limited_futex:
      return "waits in futex with a time limit";
    case Kind::limited_wait:
      return "waits in " + call + " with a timeout of " + in_words(evidence.limit);
    case Kind::unreadable_limit:
      return "waits in " + call + ", its timeout unreadable";
    default:
      return {};
  }
}

}  // namespace

std::string in_words(const TimerEvidence& evidence) {
  switch (evidence.kind) {
    case Kind::unseen_threads:
      return "the process has " + std::to_string(evidence.count) + " threads, of which only " +
             std::to_string(evidence.seen) + " were looked at";
    case Kind::armed_timer:
      return "timerfd " + std::to_string(evidence.fd) + " is armed";
    case Kind::io_uring:
      return "io_uring " + std::to_string(evidence.fd) + " may hold a timeout";
    case Kind::unseen_descriptors:
      return "more descriptors are waited for than can be looked at";
    case Kind::deep_nesting:
      return "epoll instances are nested too deep";
    case Kind::hidden:
      return in_words(evidence.hidden);
    case Kind::moving:
      return "its threads do not stand still";
    default:
      return "thread " + std::to_string(evidence.thread) + " " + words_for_thread(evidence);
  }
}

std::string in_words(HiddenTimer timer) {
  switch (timer) {
    case HiddenTimer::posix:
      return "the process has a POSIX timer";
    case HiddenTimer::unreadable_signals:
      return "its signal handlers could not be read";
    case HiddenTimer::alarm:
      return "the process catches SIGALRM, so an alarm may be set";
    case HiddenTimer::interrupts:
      return "the process catches SIGVTALRM, by which its threads may be interrupted";
    case HiddenTimer::none:
      break;
  }
  return {};
}

}  // namespace sockwarden
