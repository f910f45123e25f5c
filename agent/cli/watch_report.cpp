#include "agent/cli/watch_report.h"

#include "agent/cli/display.h"
#include "agent/cli/findings_text.h"
#include "agent/publish/finding_json.h"
#include "agent/publish/timeout_json.h"
#include "agent/publish/wait_json.h"

namespace sockwarden {
namespace {

template <class Row>
Json rows_of(const std::vector<Row>& rows) {
  Json json = Json::array();
  for (const Row& row : rows) json.push_back(to_json(row));
  return json;
}

Json scans_json(const ScanTally& scans) {
  return {{"done", scans.good}, {"failed", scans.failed}, {"reason", json_of_known(scans.reason)}};
}

std::string scans_text(const ScanTally& scans) {
  if (scans.failed == 0) return "";
  return "Note: " + std::to_string(scans.failed) + " of " + std::to_string(scans.good + scans.failed) +
         " scans failed, so that something may be missing here: " + printable(scans.reason) + ".\n";
}

}  // namespace

std::string report_of(const WatchSession& session, bool json) {
  const Json findings = rows_of(session.findings());
  const Json timeouts = rows_of(session.timeouts());
  const Json waits = rows_of(session.waits());
  if (json) {
    return text_of(Json{{"watched", true},
                        {"reason", nullptr},
                        {"findings", findings},
                        {"timeouts", timeouts},
                        {"waits", waits},
                        {"scans", scans_json(session.scans())}}) +
           "\n";
  }
  const std::size_t columns = terminal_columns();
  std::string text = findings_text(findings, columns);
  text += waits_text(waits, columns);
  for (const Json& timeout : timeouts) {
    const auto length = std::chrono::duration<double>(timeout["effective_timeout_seconds"].get<double>());
    text += "Note: " + printable(timeout["comm"].get<std::string>()) + " gives up waiting (" +
            timeout["phase"].get<std::string>() + ") on " + timeout["endpoint"].get<std::string>() + " after " +
            short_duration(std::chrono::duration_cast<std::chrono::nanoseconds>(length)) + ".\n";
  }
  return text + scans_text(session.scans());
}

std::string report_of_unwatched(const std::string& reason, bool json) {
  if (!json) return "";
  return text_of(Json{{"watched", false},
                      {"reason", reason},
                      {"findings", Json::array()},
                      {"timeouts", Json::array()},
                      {"waits", Json::array()},
                      {"scans", nullptr}}) +
         "\n";
}

}  // namespace sockwarden
