// Conversations in tests/unit/wire/captures, recorded from real programs.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "bpf/wire.h"

namespace sockwarden::testing {

struct CapturedBytes {
  sw_direction direction;  ///< as the client sees it
  std::string bytes;
};

inline std::string from_hex(const std::string& text) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2)
    bytes.push_back(static_cast<char>(std::stoi(text.substr(at, 2), nullptr, 16)));
  return bytes;
}

/// Empty where there is none of this name.
inline std::vector<CapturedBytes> captured_conversation(const std::string& name) {
  std::ifstream file(std::string(SOURCE_DIR) + "/tests/unit/wire/captures/" + name + ".txt");
  std::vector<CapturedBytes> conversation;
  for (std::string line; std::getline(file, line);) {
    if (line.size() < 4 || (line[0] != '>' && line[0] != '<')) continue;
    conversation.push_back({line[0] == '>' ? SW_EGRESS : SW_INGRESS, from_hex(line.substr(2))});
  }
  return conversation;
}

}  // namespace sockwarden::testing
