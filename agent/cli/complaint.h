// What the user is told on stderr: one sentence.
#pragma once

#include <string>

#include "agent/contract/error.h"

namespace sockwarden {

/// Prints "sockwarden: <sentence>" and returns `status`.
int complain(const std::string& sentence, int status);
int complain(const Error& error, int status);

}  // namespace sockwarden
