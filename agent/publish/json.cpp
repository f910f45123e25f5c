#include "agent/publish/json.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace sockwarden {

std::string rfc3339(WallTime time) {
  using namespace std::chrono;
  const auto whole = floor<seconds>(time);
  const std::time_t unix_time = whole.time_since_epoch().count();
  const int milliseconds_part = static_cast<int>(duration_cast<milliseconds>(time - whole).count());
  std::tm parts{};
  gmtime_r(&unix_time, &parts);
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%s.%03dZ", date.data(), milliseconds_part);
  return text.data();
}

Json json_of(const std::optional<WallTime>& time) { return time ? Json(rfc3339(*time)) : Json(nullptr); }

Json json_of(std::chrono::nanoseconds duration) {
  return std::round(static_cast<double>(duration.count()) / 1e3) / 1e6;
}

Json json_of_known(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace sockwarden
