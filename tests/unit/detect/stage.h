// A small host for a detector to look at: connections in chosen phases, and the answers that /proc would give.
#pragma once

#include <string>

#include "agent/detect/detectors.h"
#include "agent/detect/wait.h"
#include "tests/unit/detect/conforming.h"
#include "tests/unit/model/world.h"

namespace sockwarden::testing {

struct Stage {
  World world;
  Model model;
  Pools pools;
  WaitHistory waits;
  QueueHistory queues;
  Answers evidence;
  Thresholds thresholds{.wait = 4s, .leak = 4s, .close_wait = 4s, .unproven = 60s, .leak_count = 3};
  std::uint32_t serial = world.start(42, "orders");
  static inline const sw_address peer = v4(10, 0, 0, 7, 8080);

  std::uint64_t at(double seconds_ago) const {
    return world.now_ns + second_ns - static_cast<std::uint64_t>(seconds_ago * 1e9);
  }

  /// An HTTP/1 client that sent its request so long ago.
  std::uint64_t asked(double seconds_ago) {
    return world.open_as("http_client_waiting", serial, v4(10, 0, 0, 1, 40000), peer, at(seconds_ago));
  }
  /// …and got the head of an answer so long ago.
  std::uint64_t got_head(double seconds_ago) {
    return world.open_as("http_client_body", serial, v4(10, 0, 0, 1, 40000), peer, at(seconds_ago));
  }
  /// A server's connection whose request is in this state since so long ago.
  std::uint64_t serves(sw_message state, double seconds_ago) {
    const char* record = state == SW_MESSAGE_HEAD   ? "http_server_head"
                         : state == SW_MESSAGE_BODY ? "http_server_body"
                                                    : "http_server_handling";
    return world.open_as(record, serial, v4(10, 0, 0, 1, 80), v4(10, 0, 0, 9, 5000), at(seconds_ago));
  }
  /// A server's connection that rests since its answer.
  std::uint64_t rests(double seconds_ago) {
    return world.open_as("http_server_idle", serial, v4(10, 0, 0, 1, 80), v4(10, 0, 0, 9, 5000), at(seconds_ago));
  }

  void answer(std::uint64_t id, Verdict verdict, std::optional<std::chrono::nanoseconds> shown = {}) {
    Evidence& told = evidence[id];
    told.connection = id;
    told.verdict = verdict;
    told.shown_timeout = shown;
    told.basis = Basis::blocked_call;
    told.exclusive = true;
  }

  /// Earlier waits of the same program on the same endpoint.
  void earlier(const std::string& phase, const std::string& endpoint, WaitEnd end, std::chrono::nanoseconds duration,
               int count) {
    for (int i = 0; i < count; ++i) {
      const Instant begin{std::chrono::seconds(100 + 60 * i)};
      waits.add({.process = {"orders", "", ""}, .endpoint = endpoint, .phase = phase}, {begin, duration, end});
    }
  }

  DetectionContext context() const {
    return {model, pools, waits, queues, [this](const auto&, const auto&) { return thresholds; }};
  }
  Suspects suspects(const Detector& detector) {
    model = world.next(model);
    return detector.suspects(context());
  }
  DetectorResult ask(const Detector& detector) {
    DetectorResult result = result_of(detector);
    conforming(result.findings, detector);
    return result;
  }

 private:
  DetectorResult result_of(const Detector& detector) {
    if (detector.judge != nullptr) {
      const Suspects named = suspects(detector);
      return detector.judge(context(), named, evidence);
    }
    model = world.next(model);
    return detector.detect(context());
  }
};

}  // namespace sockwarden::testing
