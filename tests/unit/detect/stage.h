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
  bool tells_open_waits = false;
  Thresholds thresholds{.wait = 4s, .leak = 4s, .close_wait = 4s, .leak_count = 3};
  std::uint32_t serial = world.start(42, "orders");
  static inline const sw_address peer = v4(10, 0, 0, 7, 8080);

  std::uint64_t at(double seconds_ago) const {
    return world.now_ns + second_ns - static_cast<std::uint64_t>(seconds_ago * 1e9);
  }

  /// An HTTP/1 client that sent its request so long ago.
  std::uint64_t asked(double seconds_ago) {
    const std::uint64_t id = world.client(serial, peer);
    sw_wire& wire = world.connection(id).record.wire;
    take_request(wire.flow[SW_EGRESS], seconds_ago);
    wire.last = 1 + SW_EGRESS;
    return id;
  }
  /// …and got the head of an answer so long ago.
  std::uint64_t got_head(double seconds_ago) {
    const std::uint64_t id = asked(seconds_ago);
    sw_wire& wire = world.connection(id).record.wire;
    sw_flow& response = wire.flow[SW_INGRESS];
    response.protocol = SW_PROTOCOL_HTTP_1_1;
    response.flags = SW_FLOW_RESPONSE | SW_FLOW_LENGTH;
    response.message = SW_MESSAGE_BODY;
    response.http.framing = SW_FRAMING_LENGTH;
    response.messages = 1;
    response.head_done_ns = at(seconds_ago);
    wire.last = 1 + SW_INGRESS;
    world.connection(id).record.exchanges = 1;
    return id;
  }
  /// A server's connection whose request is in this state since so long ago.
  std::uint64_t serves(sw_message state, double seconds_ago) {
    const std::uint64_t id = world.open(serial, SW_ROLE_SERVER, v4(10, 0, 0, 1, 80), v4(10, 0, 0, 9, 5000));
    sw_wire& wire = world.connection(id).record.wire;
    take_request(wire.flow[SW_INGRESS], seconds_ago);
    wire.flow[SW_INGRESS].message = static_cast<__u8>(state);
    if (state != SW_MESSAGE_COMPLETE) wire.flow[SW_INGRESS].messages = state == SW_MESSAGE_BODY ? 1 : 0;
    wire.last = 1 + SW_INGRESS;
    return id;
  }
  /// A server's connection that rests since its answer.
  std::uint64_t rests(double seconds_ago) {
    const std::uint64_t id = serves(SW_MESSAGE_COMPLETE, seconds_ago);
    sw_wire& wire = world.connection(id).record.wire;
    sw_flow& response = wire.flow[SW_EGRESS];
    response.protocol = SW_PROTOCOL_HTTP_1_1;
    response.flags = SW_FLOW_RESPONSE;
    response.message = SW_MESSAGE_COMPLETE;
    response.messages = response.http.answered = 1;
    response.started_ns = response.done_ns = at(seconds_ago);
    wire.last = 1 + SW_EGRESS;
    return id;
  }

  void answer(std::uint64_t id, Verdict verdict, std::optional<std::chrono::nanoseconds> shown = {}) {
    Evidence& told = evidence[id];
    told.connection = id;
    told.verdict = verdict;
    told.shown_timeout = shown;
    told.basis = Basis::blocked_call;
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
    return {model,   pools,   waits,           queues, [this](const auto&, const auto&) { return thresholds; },
            nullptr, nullptr, tells_open_waits};
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
  void take_request(sw_flow& request, double seconds_ago) const {
    request.protocol = SW_PROTOCOL_HTTP_1_1;
    request.flags = SW_FLOW_REQUEST;
    request.message = SW_MESSAGE_COMPLETE;
    request.http.method = SW_METHOD_GET;
    request.http.framing = SW_FRAMING_NONE;
    request.messages = 1;
    request.exchange_ns = request.started_ns = request.head_done_ns = request.done_ns = at(seconds_ago);
  }
};

}  // namespace sockwarden::testing
