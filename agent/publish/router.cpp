#include "agent/publish/router.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <sstream>
#include <utility>

#include "agent/publish/api.h"
#include "agent/publish/gzip.h"
#include "agent/publish/negotiation.h"
#include "agent/publish/openmetrics.h"
#include "agent/publish/page.h"

namespace sockwarden {
namespace {

constexpr std::size_t least_worth_packing = 1024;

constexpr std::array served{"/metrics",          "/-/healthy",          "/-/ready",
                            "/api/v1/classes",   "/api/v1/connections", "/api/v1/descriptors",
                            "/api/v1/endpoints", "/api/v1/findings",    "/api/v1/history",
                            "/api/v1/pools",     "/api/v1/services",    "/api/v1/timeouts",
                            "/api/v1/waits",     "/api/v1/status"};

bool is_served(const std::string& path) {
  return page_file(path) != nullptr || std::find(served.begin(), served.end(), path) != served.end();
}
bool is_api(const std::string& path) { return path.starts_with("/api/"); }

Instant now() { return std::chrono::steady_clock::now(); }

Response refusal(const Request& request, int status, const std::string& sentence) {
  if (is_api(request.path)) return api_error(status, sentence);
  return {status, "text/plain; charset=utf-8", sentence + '\n', {}};
}

/// The client has what it asks for: it named the ETag.
bool is_held_already(const Request& request, const Response& response) {
  const auto etag = response.headers.find("ETag");
  return response.status == 200 && etag != response.headers.end() &&
         request.if_none_match.find(etag->second) != std::string::npos;
}

/// The same for all that follows from one scan alone.
std::string etag_of(const Published& published) {
  return "W/\"" + std::to_string(published.started.time_since_epoch().count()) + '-' +
         std::to_string(published.model.number) + '"';
}

void pack(const Request& request, Response& response) {
  response.headers["Vary"] = "Accept-Encoding";
  if (response.body.size() < least_worth_packing || !accepts_gzip(request.accept_encoding)) return;
  auto packed = gzip(response.body);
  if (!packed) return;
  response.body = std::move(*packed);
  response.headers["Content-Encoding"] = "gzip";
}

}  // namespace

Router::Router(Content content) : content_(std::move(content)) {}

void Router::set_state(WebState state) {
  const std::lock_guard lock(mutex_);
  use_.reload_successful = state.reload_successful;
  state_ = std::move(state);
}

WebState Router::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Response Router::answer(const Request& request) {
  const bool readable = request.method == "GET" || request.method == "HEAD";
  Response response;
  if (!is_served(request.path)) {
    response = refusal(request, 404, "nothing is served at this address; see / for what there is");
  } else if (!readable) {
    response = refusal(request, 405, "this address takes GET and HEAD only, not " + request.method);
    response.headers["Allow"] = "GET, HEAD";
  } else {
    response = answer_get(request);
  }
  response.headers.emplace("X-Content-Type-Options", "nosniff");
  if (is_held_already(request, response)) {
    response.status = 304;
    response.body.clear();
  }
  pack(request, response);
  return response;
}

Response Router::answer_get(const Request& request) {
  const auto& path = request.path;
  if (path == "/metrics") return metrics(request);
  if (path == "/-/healthy") return {200, "text/plain; charset=utf-8", "sockwarden is healthy.\n", {}};
  if (path == "/-/ready") return readiness();
  if (const PageFile* file = page_file(path)) return page_response(*file);
  return api(request);
}

Response Router::metrics(const Request& request) {
  const auto begin = std::chrono::steady_clock::now();
  WebUse use;
  {
    const std::lock_guard lock(mutex_);
    use = use_;
  }
  const auto published = content_.snapshot->latest();
  const auto families =
      metric_families(published.get(), content_.snapshot->scan_health(), use, own_usage(content_.log_lines_dropped()));
  Response response;
  if (prefers_openmetrics(request.accept)) {
    response.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    response.body = openmetrics_text(families, published ? std::optional(published->started) : std::nullopt);
  } else {
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, families);
    response.body = text.str();
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  const std::lock_guard lock(mutex_);
  ++use_.scrapes;
  use_.scrape_seconds += taken.count();
  return response;
}

Response Router::readiness() const {
  if (!ready_) return {503, "text/plain; charset=utf-8", "sockwarden is not ready: it is stopping.\n", {}};
  if (const auto why = why_not_ready(content_.snapshot->scan_health(), now())) {
    return {503, "text/plain; charset=utf-8", "sockwarden is not ready: " + *why + ".\n", {}};
  }
  return {200, "text/plain; charset=utf-8", "sockwarden is ready.\n", {}};
}

Response Router::api(const Request& request) const {
  const auto& path = request.path;
  const auto published = content_.snapshot->latest();
  const ScanHealth health = content_.snapshot->scan_health();
  if (!published) {
    const auto why = why_not_ready(health, now());
    return api_error(503, why.value_or("the first scan is under way") + "; ask again in a few seconds");
  }
  if (path == "/api/v1/status")
    return api_status(request, *published, {health, now(), state(), own_usage(content_.log_lines_dropped())});
  Response held;
  held.headers = {{"ETag", etag_of(*published)}, {"Cache-Control", "no-cache"}};
  if (is_held_already(request, held)) return held;
  Response fresh = of_scan(request, *published);
  if (fresh.status == 200) fresh.headers.merge(held.headers);
  return fresh;
}

Response Router::of_scan(const Request& request, const Published& published) const {
  const auto& path = request.path;
  if (path == "/api/v1/classes") return api_classes(request);
  if (path == "/api/v1/connections") return api_connections(request, published);
  if (path == "/api/v1/descriptors") return api_descriptors(request, published);
  if (path == "/api/v1/endpoints") return api_endpoints(request, published);
  if (path == "/api/v1/findings") return api_findings(request, published);
  if (path == "/api/v1/history") return api_history(request, *content_.snapshot);
  if (path == "/api/v1/pools") return api_pools(request, published);
  if (path == "/api/v1/services") return api_services(request, published);
  if (path == "/api/v1/waits") return api_waits(request, published);
  return api_timeouts(request, published);
}

}  // namespace sockwarden
