// A program with a pool of HTTP/1 connections and some descriptors, scanned every second, as the detectors see it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "agent/detect/detectors.h"
#include "tests/unit/detect/conforming.h"
#include "tests/unit/model/world.h"

namespace sockwarden::testing {

inline constexpr std::uint64_t ms_ns = 1'000'000;

struct PoolStage {
  World world;
  Model model;
  Pools pools;
  WaitHistory waits;
  QueueHistory queues;
  DescriptorHistory descriptors;
  Thresholds thresholds{.wait = 4s, .leak = 4s, .close_wait = 4s, .unproven = 60s, .leak_count = 3};
  std::vector<sw_descriptor> held;
  std::uint64_t last_file = 0;
  std::uint32_t threads = 1;
  std::uint32_t serial = 0;
  sw_address remote = v4(10, 0, 0, 7, 80);

  PoolStage() {
    world.start(1, "init");
    scan();
    serial = world.start(100, "app");
    scan();
  }

  void scan() {
    world.now_ns += 10 * ms_ns;
    Sample sample = world.scan();
    sample.descriptors[1] = {};
    sw_descriptor_counts counts{};
    for (const sw_descriptor& one : held) ++counts.count[one.type];
    if (serial != 0) sample.descriptors[100] = counts;
    for (const std::uint32_t pid : descriptors.wanted())
      if (pid == 100) sample.descriptor_details = held;
    model = Model::next(sample, model, {});
    pools.update(sample, model);
    descriptors.update(sample, model);
  }
  void wait(double seconds) {
    for (; seconds >= 1; seconds -= 1) {
      world.now_ns += second_ns - 10 * ms_ns;
      scan();
    }
    world.now_ns += static_cast<std::uint64_t>(seconds * 1e9);
  }

  std::uint64_t open() { return world.client(serial, remote); }
  sw_record& record(std::uint64_t id) { return world.connection(id).record; }
  void request(std::uint64_t id, unsigned flags = 0) {
    sw_flow& flow = record(id).wire.flow[SW_EGRESS];
    flow.protocol = SW_PROTOCOL_HTTP_1_1;
    flow.flags = static_cast<__u16>(SW_FLOW_REQUEST | flags);
    flow.message = SW_MESSAGE_COMPLETE;
    ++flow.messages;
    ++flow.exchanges;
    flow.exchange_ns = flow.started_ns = flow.done_ns = world.now_ns;
    record(id).wire.last = 1 + SW_EGRESS;
    record(id).request_sent_ns = record(id).last_send_ns = world.now_ns;
    world.connection(id).socket.sent_since_receive = 1;
  }
  void respond(std::uint64_t id, unsigned flags = 0) {
    world.now_ns += ms_ns;
    sw_flow& flow = record(id).wire.flow[SW_INGRESS];
    flow.protocol = SW_PROTOCOL_HTTP_1_1;
    flow.flags = static_cast<__u16>(SW_FLOW_RESPONSE | SW_FLOW_LENGTH | flags);
    flow.http.framing = SW_FRAMING_LENGTH;
    flow.message = SW_MESSAGE_COMPLETE;
    ++flow.messages;
    ++flow.http.answered;
    ++flow.exchanges;
    flow.exchange_ns = flow.started_ns = flow.head_done_ns = flow.done_ns = world.now_ns;
    record(id).wire.last = 1 + SW_INGRESS;
    ++record(id).exchanges;
    record(id).last_receive_ns = world.now_ns;
    record(id).flags |= SW_FLAG_RECEIVED;
    world.connection(id).socket.sent_since_receive = 0;
    world.connection(id).socket.bytes_received += 100;
  }
  void exchange(std::uint64_t id) {
    request(id);
    respond(id);
  }
  void close(std::uint64_t id, sw_closed_by closed_by = SW_CLOSED_BY_OWN,
             sw_close_reason close_reason = SW_CLOSE_REASON_FIN) {
    world.now_ns += ms_ns / 10;
    record(id).flags |= SW_FLAG_RELEASED;
    world.close(id, closed_by, close_reason);
  }
  /// One request on a connection of its own.
  void one_shot(unsigned request_flags = 0, unsigned response_flags = 0) {
    const std::uint64_t id = open();
    request(id, request_flags);
    respond(id, response_flags);
    close(id);
  }

  void hold(sw_descriptor_type type, std::uint64_t inode, std::uint8_t tcp_state = 0) {
    sw_descriptor one{};
    one.file = ++last_file;
    one.inode = inode;
    one.tgid = 100;
    one.fd = static_cast<std::uint32_t>(10 + last_file);
    one.type = static_cast<std::uint8_t>(type);
    one.tcp_state = tcp_state;
    one.signs = SW_SIGN_READ | (type == SW_DESCRIPTOR_FILE ? SW_SIGN_PLAIN : 0);
    one.references = 1;
    one.threads = threads;
    held.push_back(one);
  }

  std::vector<Finding> ask(const Detector& detector) const {
    return conforming(detector
                          .detect({model, pools, waits, queues,
                                   [this](const Process&, const std::string&) { return thresholds; }, &descriptors})
                          .findings,
                      detector);
  }
};

/// `workers` requests at once, of which the pool keeps `keep` connections.
inline void round_of(PoolStage& stage, std::vector<std::uint64_t>& kept, std::size_t workers, std::size_t keep) {
  std::vector<std::uint64_t> used = kept;
  if (used.size() > workers) used.resize(workers);
  while (used.size() < workers) used.push_back(stage.open());
  for (const std::uint64_t id : used) stage.request(id);
  stage.world.now_ns += 20 * ms_ns;
  std::vector<std::uint64_t> next(kept.begin() + static_cast<std::ptrdiff_t>(std::min(kept.size(), workers)),
                                  kept.end());
  for (const std::uint64_t id : used) {
    stage.respond(id);
    if (next.size() < keep) {
      next.push_back(id);
    } else {
      stage.close(id);
    }
  }
  kept = next;
}

}  // namespace sockwarden::testing
