// A time limit that a program has shown by giving up, as it is told to people.
#pragma once

#include <chrono>
#include <string>

#include "agent/model/model.h"

namespace sockwarden {

struct EffectiveTimeout {
  Identity process;
  std::string endpoint;
  std::string phase;
  std::chrono::nanoseconds timeout{};
};

}  // namespace sockwarden
