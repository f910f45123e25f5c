#include "plan.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <sstream>

namespace plan {
namespace {

std::map<std::string, std::string> read() {
  std::map<std::string, std::string> values;
  const char* given = std::getenv("PLAN");
  std::istringstream lines(given != nullptr ? given : "");
  for (std::string line; std::getline(lines, line);) {
    if (const auto at = line.find('='); at != std::string::npos) values[line.substr(0, at)] = line.substr(at + 1);
  }
  return values;
}

const std::map<std::string, std::string> values = read();

}  // namespace

std::string text(const std::string& key, const std::string& fallback) {
  const auto found = values.find(key);
  return found == values.end() ? fallback : found->second;
}

int number(const std::string& key, int fallback) { return std::stoi(text(key, std::to_string(fallback))); }

double seconds(const std::string& key) { return std::stod(text(key, "0")); }

double now() {
  timespec at{};
  clock_gettime(CLOCK_MONOTONIC, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
}

void say(const std::map<std::string, double>& facts) {
  static std::mutex mutex;
  static std::map<std::string, double> said;
  const std::lock_guard lock(mutex);
  for (const auto& [key, value] : facts) said[key] = value;
  std::printf("{\"pid\":%d,\"facts\":{", getpid());
  const char* comma = "";
  for (const auto& [key, value] : said) {
    std::printf("%s\"%s\":%.17g", comma, key.c_str(), value);
    comma = ",";
  }
  std::printf("}}\n");
  std::fflush(stdout);
}

}  // namespace plan
