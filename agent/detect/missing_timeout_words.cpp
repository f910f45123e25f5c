#include "agent/detect/missing_timeout_words.h"

#include <map>

#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

/// "3 connections to X wait for …"
const std::map<std::string, const char*>& waited_for() {
  static const std::map<std::string, const char*> all{
      {"dial", "the connection to be accepted"},
      {"tls", "the TLS handshake to go on"},
      {"header", "the answer to begin"},
      {"body", "the rest of the answer"},
      {"server-header", "the client to finish its request's head"},
      {"server-body", "the client to finish its request's body"},
      {"server-idle", "the client's next request"},
  };
  return all;
}

}  // namespace

std::string missing_timeout_summary(const Finding& finding, std::chrono::nanoseconds longest, bool nothing_said) {
  const bool client = finding.role == Role::client;
  const bool one = finding.count == 1;
  std::string text = counted(finding.count, "connection") + (client ? " to " + finding.remote : " on " + finding.local);
  text += one ? " waits for " : " wait for ";
  if (nothing_said && finding.qualifier == "header") {
    text += "the server to speak first";
  } else {
    text += waited_for().at(finding.qualifier);
  }
  text += finding.confidence == Confidence::proven ? " with no timeout" : ", and no timeout has shown";
  return text + " (" + seconds_text(longest) + " so far).";
}

std::vector<std::string> missing_timeout_fix(const Finding& finding) {
  if (finding.qualifier != "header" && finding.qualifier != "body") return {};
  if (traits_of(finding.protocol).is_database) return {name_of(finding.protocol)};
  if (traits_of(finding.protocol).family == Family::other) return {"socket"};
  return {};
}

}  // namespace sockwarden
