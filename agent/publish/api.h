// The JSON API: one function a route. A filter that is unknown or makes no sense is an error, never ignored.
#pragma once

#include <string>

#include "agent/publish/json.h"
#include "agent/publish/process_usage.h"
#include "agent/publish/published.h"
#include "agent/publish/request.h"
#include "agent/publish/router.h"
#include "agent/publish/scan_health.h"
#include "agent/publish/snapshot.h"

namespace sockwarden {

/// {"status":"success","data":…}
[[nodiscard]] Response api_success(const Json& data);

/// The most rows of one answer. What there is more is asked for page by page.
inline constexpr std::uint32_t rows_of_page = 1000;

/// The same with a list of rows under `name`, which is written row by row: a tree of them all would take many times
/// what the text takes.
class RowsAnswer {
 public:
  void add(const Json& row) { rows_.append(rows_.empty() ? "" : ",").append(text_of(row)); }
  /// `head` is an object, and stands before the rows.
  [[nodiscard]] Response with(const Json& head, const std::string& name) const;

 private:
  std::string rows_;
};

/// {"status":"error","errorType":…,"error":…}; the type follows from the status.
[[nodiscard]] Response api_error(int status, const std::string& sentence);

[[nodiscard]] Response api_classes(const Request& request);
[[nodiscard]] Response api_connections(const Request& request, const Published& published);
[[nodiscard]] Response api_pools(const Request& request, const Published& published);
[[nodiscard]] Response api_findings(const Request& request, const Published& published);
[[nodiscard]] Response api_descriptors(const Request& request, const Published& published);
[[nodiscard]] Response api_endpoints(const Request& request, const Published& published);
[[nodiscard]] Response api_services(const Request& request, const Published& published);
[[nodiscard]] Response api_history(const Request& request, const Snapshot& snapshot);
[[nodiscard]] Response api_waits(const Request& request, const Published& published);
[[nodiscard]] Response api_timeouts(const Request& request, const Published& published);
/// What /api/v1/status says beside what is published.
struct AgentState {
  ScanHealth scans;
  Instant now{};
  WebState web;
  ProcessUsage usage;
};
[[nodiscard]] Response api_status(const Request& request, const Published& published, const AgentState& state);

}  // namespace sockwarden
