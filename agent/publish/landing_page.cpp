#include "agent/publish/landing_page.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "agent/contract/build_info.h"
#include "agent/publish/json.h"
#include "agent/publish/utf8.h"

namespace sockwarden {
namespace {

constexpr const char* head = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>sockwarden</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
p { margin: .25rem 0 1.5rem; opacity: .75; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid color-mix(in srgb, currentColor 15%, transparent); padding: .35rem 1rem .35rem 0; vertical-align: top; }
td:first-child { white-space: nowrap; width: 1%; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.finding { border-left: .25rem solid #888; padding: .25rem 0 .25rem .75rem; margin: .75rem 0; }
.critical { border-color: #c62828; }
.warning { border-color: #ef6c00; }
.finding p { margin: 0; opacity: 1; overflow-wrap: anywhere; }
.finding small { opacity: .75; }
p.alarm { border: .125rem solid #c62828; padding: .5rem .75rem; margin: 1rem 0; opacity: 1; font-weight: 600; overflow-wrap: anywhere; }
</style>
</head>
<body>
)";

constexpr const char* addresses = R"(<h2>Here</h2>
<table>
<tr><td><a href="metrics">/metrics</a><td>every number, for Prometheus
<tr><td><a href="api/v1/findings">/api/v1/findings</a><td>which program mishandles its connections, and how; <code>pid=</code> <code>class=</code> <code>state=</code>
<tr><td><a href="api/v1/connections">/api/v1/connections</a><td>connections now; <code>pid=</code> <code>comm=</code> <code>role=</code> <code>remote=</code> <code>state=</code> <code>limit=</code>
<tr><td><a href="api/v1/pools">/api/v1/pools</a><td>what each process keeps open to each endpoint, and suggested sizes
<tr><td><a href="api/v1/waits">/api/v1/waits</a><td>what waits longer than it should, and what is known of its limit; <code>pid=</code> <code>comm=</code> <code>verdict=</code>
<tr><td><a href="api/v1/timeouts">/api/v1/timeouts</a><td>time limits that programs have shown by giving up
<tr><td><a href="api/v1/status">/api/v1/status</a><td>hooks, losses, tables, configuration
<tr><td><a href="-/healthy">/-/healthy</a><td>the process answers
<tr><td><a href="-/ready">/-/ready</a><td>what stands here is of now: a scan was good within the last three intervals
</table>
</body>
</html>
)";

std::string row(const std::string& name, const std::string& value) {
  return "<tr><td>" + name + "<td class=\"number\">" + value + "\n";
}

std::string summary(const Published& published) {
  const Model& model = published.model;
  const auto listeners = std::count_if(model.connections.begin(), model.connections.end(),
                                       [](const auto& connection) { return connection.role == Role::listener; });
  const auto active = std::count_if(published.findings.begin(), published.findings.end(),
                                    [](const auto& entry) { return entry.active; });
  const auto attached =
      std::count_if(published.hooks.begin(), published.hooks.end(), [](const auto& hook) { return hook.attached; });
  std::string text = "<h2>Now</h2>\n<table>\n";
  text += row("active findings", std::to_string(active));
  text += row("connections", std::to_string(static_cast<std::ptrdiff_t>(model.connections.size()) - listeners));
  text += row("listeners", std::to_string(listeners));
  text += row("processes", std::to_string(model.processes.size()));
  text += row("hooks attached", std::to_string(attached) + " of " + std::to_string(published.hooks.size()));
  text += row("lost details", std::to_string(model.losses[SW_LOSS_DETAIL]));
  text += row("last scan", rfc3339(model.wall));
  return text + "</table>\n";
}

/// Text of programs, as text: names may hold anything.
std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : valid_utf8(text)) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string finding(const LedgerEntry& entry) {
  const Finding& finding = entry.finding;
  const std::string qualifier = finding.qualifier.empty() ? "" : " (" + finding.qualifier + ")";
  return "<div class=\"finding " + std::string(name_of(finding.severity)) + "\"><p><b>" +
         escaped(finding.class_name + qualifier) + "</b> <small>" + name_of(finding.confidence) + ", " +
         escaped(entry.process.identity.comm) + ", pid " + std::to_string(entry.process.pid) + ", since " +
         rfc3339(entry.first_seen) + "</small></p><p>" + escaped(finding.summary) + "</p></div>\n";
}

std::string findings(const Published& published) {
  constexpr std::size_t most = 50;
  std::string text = "<h2>Findings</h2>\n";
  std::size_t shown = 0;
  for (const LedgerEntry& entry : published.findings)
    if (entry.active && shown++ < most) text += finding(entry);
  if (shown == 0) text += "<p>No program mishandles its connections now.</p>\n";
  if (shown > most) text += "<p>" + std::to_string(shown - most) + " more: see /api/v1/findings.</p>\n";
  return text;
}

/// What of the page is not of now, and why; empty where all is well.
std::string scan_state(const Published* published, const ScanHealth& health, Instant now) {
  const bool any_good = published != nullptr && health.last_good;  // a scan may end between the reads of the two
  if (!any_good && !health.failing) return "<p>The first scan is under way.</p>\n";
  std::string text;
  if (!any_good) {
    text = "No scan was good yet; " + words_of(*health.failing);
  } else if (health.failing || why_not_ready(health, now)) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - health.last_good->ended);
    text = "The last " + std::to_string(age.count()) +
           " s are missing: " + (health.failing ? words_of(*health.failing) : "the scan under way has not ended") +
           "; what stands here is of " + rfc3339(published->model.wall);
  }
  return text.empty() ? "" : "<p class=\"alarm\" role=\"alert\">" + escaped(text) + ".</p>\n";
}

}  // namespace

Response landing_page(const Published* published, const ScanHealth& health, Instant now) {
  std::string body = head;
  body += std::string("<h1>sockwarden</h1>\n<p>version ") + this_build().version +
          ", watches the TCP connections of this host</p>\n";
  body += scan_state(published, health, now);
  if (published != nullptr) body += findings(*published) + summary(*published);
  body += addresses;
  return {200,
          "text/html; charset=utf-8",
          std::move(body),
          {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}}};
}

}  // namespace sockwarden
