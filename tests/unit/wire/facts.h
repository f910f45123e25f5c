// What the parser knows of a connection, as text to compare.
#pragma once

#include <sstream>
#include <string>

#include "bpf/wire_parse.h"

namespace sockwarden {

/// How often the sides took turns depends on how their bytes met.
enum class Exchanges { counted, any };

/// What does not depend on when a byte came; of a server's tail also not how often it looked like an end.
inline std::string facts(const sw_wire& wire, Exchanges exchanges = Exchanges::counted) {
  std::ostringstream out;
  for (const auto& flow : wire.flow) {
    const sw_flow_parser& parser = flow.parser;
    const bool tail = parser.step == SW_STEP_PG_TAIL || parser.step == SW_STEP_MYSQL_TAIL;
    out << "seq " << flow.next_seq << " messages " << (tail ? 0 : flow.messages) << " of the protocol "
        << flow.protocol_words[0] << ' ' << flow.protocol_words[1] << " exchanges "
        << (exchanges == Exchanges::counted ? flow.exchanges : 0) << " flags " << flow.flags << " protocol "
        << int{flow.protocol} << " message " << int{flow.message} << " step " << int{parser.step} << " number "
        << parser.number << " left " << parser.left << " kept " << int{parser.kept} << '\n';
  }
  out << std::string(wire.text, wire.text_length) << ' ' << wire.text_statements << ' ' << wire.prepares << ' '
      << wire.executes << ' ' << int{wire.inner};
  return out.str();
}

}  // namespace sockwarden
