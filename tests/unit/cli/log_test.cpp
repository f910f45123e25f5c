#include "agent/cli/log.h"
#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace sockwarden;

namespace {

std::string logged(const std::string& message, bool json) {
  const spdlog::details::log_msg record("", spdlog::level::warn, message);
  spdlog::memory_buf_t out;
  log_layout(json)->format(record, out);
  return {out.data(), out.size()};
}

}  // namespace

TEST_CASE("a JSON line is one object, whatever bytes the message holds") {
  const std::string line = logged("a \"quoted\"\nname \x1b[0m \x7f \u202e \xff", true);
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  CHECK(std::all_of(line.begin(), line.end() - 1, [](char one) { return one >= ' ' && one <= '~'; }));
  const auto json = nlohmann::json::parse(line);
  CHECK(json["level"] == "warning");
  CHECK(json["message"].get<std::string>().starts_with("a \"quoted\"\nname"));
  CHECK(json["time"].get<std::string>().ends_with("Z"));
}

TEST_CASE("a text line is one line without control bytes") {
  const std::string line = logged("a\nb\x1b[0m", false);
  CHECK(line.find("warning: a\\x0ab\\x1b[0m\n") != std::string::npos);
}

TEST_CASE("the configured format wins over the terminal") {
  CHECK(logs_json({.level = "info", .format = LogFormat::json}));
  CHECK_FALSE(logs_json({.level = "info", .format = LogFormat::text}));
}
