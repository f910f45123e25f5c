// What the kernel refused, in its own words, and what can be done about it.
#pragma once

#include <string>

#include "agent/contract/error.h"

namespace sockwarden {

/// Keeps what libbpf says of this thread's loads from now on.
void keep_libbpf_log();
void clear_libbpf_log();

/// The program that the last load ended at, by what libbpf said; empty = it was none.
[[nodiscard]] std::string refused_program();

/// Why the last load ended: errno and the verifier's last line, or libbpf's.
[[nodiscard]] std::string refusal_reason(int code);

/// As an Error, which names the capability that is missing, or says that none is and what the kernel said.
[[nodiscard]] Error refusal(std::string operation, std::string object, int code);

}  // namespace sockwarden
