#include "agent/evidence/duration_text.h"

#include <array>
#include <cstdio>

namespace sockwarden {

double in_seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

std::string in_words(std::chrono::nanoseconds duration) {
  const bool short_one = duration < std::chrono::seconds(1);
  std::array<char, 48> text{};
  const double amount = short_one ? in_seconds(duration) * 1e3 : in_seconds(duration);
  std::snprintf(text.data(), text.size(), "%.4g %s", amount, short_one ? "ms" : "s");
  return text.data();
}

}  // namespace sockwarden
