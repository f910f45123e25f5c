// What a scenario is told (environment variable PLAN, one key=value a line) and what it tells (a line of JSON).
#pragma once

#include <atomic>
#include <map>
#include <string>

namespace plan {

std::string text(const std::string& key, const std::string& fallback = "");
int number(const std::string& key, int fallback = 0);
double seconds(const std::string& key);  ///< 0 where the plan sets none
double now();                            ///< CLOCK_MONOTONIC
void say(const std::map<std::string, double>& facts);

/// Says how many workers wait, and since when, as the last of them arrives.
class Barrier {
 public:
  explicit Barrier(int count) : count_(count), left_(count) {}
  void arrive() {
    if (--left_ == 0) say({{"waiting", count_}, {"began", now()}});
  }

 private:
  const int count_;
  std::atomic<int> left_;
};

}  // namespace plan
