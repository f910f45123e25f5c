// Plays a TCP conversation into the parser, in any split of its bytes, as the kernel side would.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "bpf/wire_parse.h"

namespace sockwarden {

/// As bpf/protocol_parser.bpf.c drives it, packet by packet.
inline void feed_packet(sw_wire& wire, sw_direction direction, std::uint32_t seq, const std::string& payload,
                        std::uint64_t now, bool first) {
  sw_flow& flow = wire.flow[direction];
  const sw_flow& peer = wire.flow[direction == SW_INGRESS ? SW_EGRESS : SW_INGRESS];
  const auto length = static_cast<std::uint32_t>(payload.size());
  if (sw_wire_inside(&wire, &flow, direction, seq, length)) return;
  std::uint32_t at = sw_wire_packet(&wire, &flow, &peer, direction, seq, length, now, first);
  if (at < length) at += sw_wire_skip(&flow, length - at, now);
  for (int round = 0; round < SW_ROUNDS && at < length; ++round) {
    const std::uint32_t before = at;
    if (sw_head_wanted(&flow, &peer)) {
      __u64 words[SW_HEAD_ROOM] = {};
      const std::uint32_t window = std::min<std::uint32_t>(SW_HEAD_BYTES, length - at);
      std::memcpy(words + 1, payload.data() + at, window);
      at += sw_wire_head(&wire, &flow, &peer, words, window, now);
    }
    if (at == before) {
      const std::uint8_t family = sw_family_of(&flow);
      std::uint8_t bytes[SW_WINDOW] = {};
      const std::uint32_t window = std::min(sw_window_of(family), length - at);
      std::memcpy(bytes, payload.data() + at, window);
      at += sw_wire_window(&wire, &flow, &peer, family, bytes, window, now);
    }
    if (at < length) at += sw_wire_skip(&flow, length - at, now);
  }
  if (at < length) sw_wire_give_up(&flow, length - at);
}

/// A connection whose client is this side unless said otherwise. Sequence numbers wrap around on the way.
class Conversation {
 public:
  explicit Conversation(bool from_start = true) : fresh_{from_start, from_start} {}

  Conversation& send(const std::string& payload) { return packet(SW_EGRESS, payload); }
  Conversation& receive(const std::string& payload) { return packet(SW_INGRESS, payload); }
  Conversation& packet(sw_direction direction, const std::string& payload) {
    return packet_at(direction, seq_[direction], payload);
  }
  /// Out of order, or once more.
  Conversation& packet_at(sw_direction direction, std::uint32_t seq, const std::string& payload) {
    feed_packet(wire_, direction, seq, payload, ++now_, fresh_[direction]);
    fresh_[direction] = false;
    const std::uint32_t end = seq + static_cast<std::uint32_t>(payload.size());
    if (static_cast<std::int32_t>(end - seq_[direction]) > 0) seq_[direction] = end;
    return *this;
  }
  [[nodiscard]] std::uint32_t next(sw_direction direction) const { return seq_[direction]; }
  [[nodiscard]] const sw_wire& wire() const { return wire_; }
  [[nodiscard]] const sw_flow& sent() const { return wire_.flow[SW_EGRESS]; }
  [[nodiscard]] const sw_flow& received() const { return wire_.flow[SW_INGRESS]; }
  [[nodiscard]] std::uint64_t now() const { return now_; }
  [[nodiscard]] std::string text() const { return {wire_.text, wire_.text_length}; }

 private:
  sw_wire wire_{};
  std::uint32_t seq_[2] = {0xffff'ffc0, 0xffff'ff80};
  bool fresh_[2];
  std::uint64_t now_ = 0;
};

}  // namespace sockwarden
