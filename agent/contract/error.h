// How every part of the agent says what failed.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace sockwarden {

/// What failed, on what, why, and what the user can do about it.
struct Error {
  std::string operation;  ///< "load the kernel programs"
  std::string object;     ///< "tp_btf/inet_sock_set_state"
  int code = 0;           ///< errno, 0 = none
  std::string advice;     ///< "run as root, or grant CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN"

  /// One sentence.
  [[nodiscard]] std::string message() const {
    std::string text = "cannot " + operation;
    if (!object.empty()) text += " " + object;
    if (code != 0) text += std::string(": ") + std::strerror(code);
    if (!advice.empty()) text += "; " + advice;
    return text;
  }
};

}  // namespace sockwarden
