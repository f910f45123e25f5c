// The protocol parser. Input: a byte for the side, then packets of one byte of direction and length and that many
// bytes; run it by tests/fuzz/run.
#include "tests/unit/wire/conversation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  sockwarden::Conversation whole(data[0] % 2 == 0), bytewise(data[0] % 2 == 0);
  for (std::size_t at = 1; at < size;) {
    const auto direction = data[at] % 2 == 0 ? SW_INGRESS : SW_EGRESS;
    const std::size_t length = std::min<std::size_t>(data[at] / 2U, size - at - 1);
    const std::string packet(reinterpret_cast<const char*>(data) + at + 1, length);
    at += 1 + length;
    if (packet.empty()) continue;
    whole.packet(direction, packet);
    for (const char byte : packet) bytewise.packet(direction, {byte});
  }
  for (const int direction : {SW_INGRESS, SW_EGRESS}) {
    const sw_flow &a = whole.wire().flow[direction], &b = bytewise.wire().flow[direction];
    if (a.parser.step > SW_STEP_OTHER || a.next_seq != b.next_seq) __builtin_trap();
    // A packet of more steps than are followed is given up; cut into bytes it is not.
    if (((a.flags ^ b.flags) & SW_FLOW_LOST) == 0 && a.protocol == b.protocol && a.parser.step == b.parser.step &&
        a.message != b.message)
      __builtin_trap();
  }
  return 0;
}
