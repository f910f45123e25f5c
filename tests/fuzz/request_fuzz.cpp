// What the web port reads itself of a request, and what it hides of command lines. Input: the text, also cut at its
// lines.
//
// Built with: agent/publish/percent.cpp agent/publish/host_check.cpp agent/publish/negotiation.cpp
// Built with: agent/publish/query.cpp agent/publish/redaction.cpp
#include <cstdint>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "agent/publish/host_check.h"
#include "agent/publish/negotiation.h"
#include "agent/publish/percent.h"
#include "agent/publish/query.h"
#include "agent/publish/redaction.h"

using namespace sockwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string path = text.c_str();
  const std::size_t length = percent_decode(path.data());
  if (length > path.size() || std::strlen(path.c_str()) != length) __builtin_trap();

  static const HostCheck check({"127.0.0.1:10180"}, {"*.example.com"});
  (void)check.allows(text, "127.0.0.1");
  (void)check.allows(text, "10.0.0.7");
  (void)prefers_openmetrics(text);
  (void)accepts_gzip(text);

  std::vector<std::string> words;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) words.push_back(line);
  Request request;
  for (std::size_t at = 0; at + 1 < words.size(); at += 2) request.query.emplace_back(words[at], words[at + 1]);
  if (const auto query = Query::of(request, {"pid", "state"})) {
    const auto pid = query->number("pid", 4194304);
    if (pid && *pid && **pid > 4194304) __builtin_trap();
    (void)query->word("state", {"active", "resolved"});
  }
  static const Redaction redact({"pass", "token"});
  if (redact(words).size() != words.size()) __builtin_trap();
  if (redact({"--password", text})[1] != "***") __builtin_trap();
  if (redact({"--token=" + text})[0] != (text.empty() ? "--token=" : "--token=***")) __builtin_trap();
  return 0;
}
