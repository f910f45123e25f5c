#include "agent/publish/metrics.h"
#include "agent/contract/build_info.h"

#include <prometheus/text_serializer.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "agent/detect/finding_class.h"
#include "agent/publish/openmetrics.h"
#include "agent/publish/snapshot.h"
#include "tests/unit/publish/model_builder.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

std::string text_of(const std::vector<prometheus::MetricFamily>& families) {
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return text.str();
}

/// One server with everything that a server can show, and a client of no known process.
Published busy_host() {
  Published published;
  Model& model = published.model;
  const Process nginx = process(1, 4242, "nginx");
  add(model, nginx);
  model.number = 7;
  model.scan_duration = std::chrono::milliseconds(12);
  model.wall = WallTime(std::chrono::milliseconds(1'790'000'000'500));
  EndpointRow row{nginx.identity, Role::server, "10.0.0.1:8080"};
  row.totals.opened = 50;
  row.totals.exchanges = 50'000;
  row.totals.closed[SW_CLOSED_BY_PEER][SW_CLOSE_REASON_FIN] = 48;
  row.totals.closed[SW_CLOSED_BY_OWN][SW_CLOSE_REASON_RESET] = 2;
  row.totals.unread_closes = 2;
  row.totals.unread_bytes = 70'000;
  model.endpoint_rows.push_back(row);
  EndpointRow client{nginx.identity, Role::client, "other"};
  client.totals.connects[SW_CONNECT_PENDING] = 3;
  client.totals.connects[SW_CONNECT_REFUSED] = 2;
  client.totals.first_byte_count = 2;
  client.totals.first_byte_sum_ns = 3'000'000'000;
  model.endpoint_rows.push_back(client);
  ProcessRow process_row{nginx.identity, Role::server};
  process_row.histograms[SW_HISTOGRAM_LIFETIME_MS].count[0] = 1;
  process_row.histograms[SW_HISTOGRAM_LIFETIME_MS].count[SW_BUCKETS - 1] = 2;
  process_row.histograms[SW_HISTOGRAM_LIFETIME_MS].sum = 20'000'001;
  process_row.histograms[SW_HISTOGRAM_EXCHANGES].count[3] = 4;
  process_row.histograms[SW_HISTOGRAM_EXCHANGES].sum = 30;
  process_row.histograms[SW_HISTOGRAM_TLS_HANDSHAKE_US].count[14] = 3;
  process_row.histograms[SW_HISTOGRAM_TLS_HANDSHAKE_US].sum = 30'000;
  model.process_rows.push_back(process_row);
  model.option_rows.push_back({nginx.identity, "TCP_NODELAY", 50});
  DescriptorRow descriptors{nginx.identity, 4242, {}, 1024};
  descriptors.count[SW_DESCRIPTOR_SOCKET] = 256;
  model.descriptor_rows.push_back(descriptors);
  Connection listener = connection(1, nginx, Role::listener, TcpState::listen);
  listener.accept_queue = {.length = 3, .limit = 511, .drops = 9};
  model.connections.push_back(listener);
  Connection kept_alive = connection(2, nginx, Role::server, TcpState::established);
  kept_alive.options.keep_alive = true;
  model.connections.push_back(kept_alive);
  Connection stray = connection(3, Process{}, Role::client, TcpState::established);
  stray.unread_bytes = 6;
  model.connections.push_back(stray);
  model.losses[SW_LOSS_DETAIL] = 11;
  model.tables.push_back({"endpoints", 40, 16384});
  HookStatus hook;
  hook.name = "inet_sock_set_state";
  hook.kind = "tp_btf";
  hook.variant = "socket storage";
  hook.attached = true;
  published.hooks.push_back(hook);
  LedgerEntry leak = finding("f-1", nginx, "fd-leak");
  leak.finding.qualifier = "file";
  leak.finding.count = 3;
  leak.total = 17;
  published.findings.push_back(leak);
  LedgerEntry accepted = finding("f-2", nginx, "pool-churn");
  accepted.muted = Muted{"known", std::nullopt};
  published.findings.push_back(accepted);
  published.started = WallTime(std::chrono::seconds(1'789'999'000));
  published.config.reloaded = published.started;
  return published;
}

std::vector<prometheus::MetricFamily> families_of(Published published) {
  Snapshot snapshot;
  snapshot.scan_failed("live", "cannot open the iterator", WallTime{});
  snapshot.publish(std::move(published));
  const ProcessUsage usage{1.5, 1'789'999'000.0, 20'000'000, 90'000'000, 40, 1024};
  return metric_families(snapshot.latest().get(), snapshot.scan_health(), {4, 0.02, true}, usage);
}

const char* golden(const char* name) {
  static std::string text;
  std::ifstream file(std::string(SOURCE_DIR "/tests/unit/publish/") + name);
  std::ostringstream content;
  content << file.rdbuf();
  text = content.str();
  return text.c_str();
}

/// The same page for every version and revision.
std::string without_build(std::string text) {
  const auto replace = [&text](const std::string& value, const std::string& name) {
    const std::size_t place = text.find("=\"" + value + "\"", text.find("sockwarden_build_info{"));
    if (place != std::string::npos) text.replace(place + 2, value.size(), name);
  };
  replace(this_build().version, "VERSION");
  replace(this_build().revision, "REVISION");
  return text;
}

/// The same page for every number of classes: the series of those that are never found have a test of their own.
std::string without_classes_never_found(const std::string& text) {
  std::istringstream lines(without_build(text));
  std::string kept;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("sockwarden_finding_subjects_total{service=\"\",")) kept += line + "\n";
  return kept;
}

/// "identity, role" as the names of labels.
std::vector<std::string> label_names(std::string text) {
  std::vector<std::string> names;
  for (std::size_t end = 0; !text.empty(); text.erase(0, end == std::string::npos ? end : end + 2)) {
    end = text.find(", ");
    const std::string name = text.substr(0, end);
    if (name == "identity")
      names.insert(names.end(), {"service", "comm", "container_id", "unit"});
    else
      names.push_back(name);
  }
  return names;
}

void write(const std::string& file, const std::string& text) { std::ofstream(file) << text; }

}  // namespace

TEST_CASE("a busy host shows every metric in the text format") {
  const std::string text = without_classes_never_found(text_of(families_of(busy_host())));
  if (std::getenv("SOCKWARDEN_UPDATE_GOLDEN") != nullptr) {
    write(SOURCE_DIR "/tests/unit/publish/metrics.golden.txt", text);
  }
  CHECK(text == golden("metrics.golden.txt"));
}

TEST_CASE("a busy host shows every metric in OpenMetrics") {
  const std::string text = without_classes_never_found(openmetrics_text(families_of(busy_host()), busy_host().started));
  if (std::getenv("SOCKWARDEN_UPDATE_GOLDEN") != nullptr) {
    write(SOURCE_DIR "/tests/unit/publish/openmetrics.golden.txt", text);
  }
  CHECK(text == golden("openmetrics.golden.txt"));
}

TEST_CASE("every class of findings is counted from the start") {
  const std::string text = text_of(families_of(Published{}));
  for (const FindingClass& one : finding_classes()) {
    INFO(one.name);
    CHECK(text.find("sockwarden_finding_subjects_total{service=\"\",comm=\"\",container_id=\"\",unit=\"\",class=\"" +
                    std::string(one.name) + "\",qualifier=\"\"} 0\n") != std::string::npos);
  }
}

TEST_CASE("metrics.md is what the metrics say of themselves") {
  const std::string page = metrics_page();
  const std::string file = SOURCE_DIR "/agent/publish/metrics.md";
  if (std::getenv("SOCKWARDEN_UPDATE_GOLDEN") != nullptr) write(file, page);
  std::ostringstream written;
  written << std::ifstream(file).rdbuf();
  CHECK(written.str() == page);
}

TEST_CASE("every metric has its help, its unit by its name, and the labels that it says") {
  MetricSet set;
  const Published host = busy_host();
  add_metrics(set, &host, {}, {}, {});
  for (const MetricFamilyBuilder& metric : set.all()) {
    const MetricText& text = metric.text();
    INFO(text.name);
    CHECK(text.help.ends_with('.'));
    CHECK((text.notes.empty() || text.notes.ends_with('.') || text.notes.ends_with("…")));
    CHECK((metric.kind() == MetricKind::counter) == text.name.ends_with("_total"));
    for (const std::string unit : {"seconds", "bytes", "ratio"})
      if (text.name.find("_" + unit) != std::string::npos) CHECK(text.unit == unit);
    for (const auto& series : metric.family().metric) {
      std::vector<std::string> names;
      for (const auto& label : series.label) names.push_back(label.name);
      CHECK(names == label_names(std::string(text.labels)));
    }
  }
}

TEST_CASE("promtool has no complaint") {
  if (std::system("command -v promtool >/dev/null") != 0) {
    WARN("SKIPPED: no promtool");
    return;
  }
  char name[] = "/tmp/sockwarden-metrics-XXXXXX";
  const int descriptor = mkstemp(name);
  REQUIRE(descriptor >= 0);
  close(descriptor);
  write(name, text_of(families_of(busy_host())));
  const std::string command = std::string("promtool check metrics < ") + name + " > " + name + ".out 2>&1";
  const int status = std::system(command.c_str());
  std::ostringstream complaint;
  complaint << std::ifstream(std::string(name) + ".out").rdbuf();
  std::remove(name);
  std::remove((std::string(name) + ".out").c_str());
  CHECK(complaint.str().empty());
  CHECK(status == 0);
}

TEST_CASE("the parser of OpenMetrics of python3-prometheus-client has no complaint") {
  if (std::system("/usr/bin/python3 -c 'import prometheus_client' 2>/dev/null") != 0) {
    WARN("SKIPPED: no python3-prometheus-client");
    return;
  }
  char name[] = "/tmp/sockwarden-metrics-XXXXXX";
  const int descriptor = mkstemp(name);
  REQUIRE(descriptor >= 0);
  close(descriptor);
  write(name, openmetrics_text(families_of(busy_host()), busy_host().started));
  const std::string command = std::string("/usr/bin/python3 -c 'import sys\n") +
                              "from prometheus_client.openmetrics.parser import text_string_to_metric_families\n" +
                              "families = list(text_string_to_metric_families(open(sys.argv[1]).read()))\n" +
                              "assert len(families) > 40, families\n" +
                              "assert {one.type for one in families} == {\"counter\", \"gauge\", \"histogram\", "
                              "\"summary\"}' " +
                              name;
  CHECK(std::system(command.c_str()) == 0);
  std::remove(name);
}

TEST_CASE("series that are alike without a label are one, with exact sums") {
  Published published = busy_host();
  published.config.without_labels = {"role", "server_address", "container_id", "unit"};
  const std::string text = text_of(families_of(std::move(published)));
  CHECK(text.find("sockwarden_connections_opened_total{service=\"nginx\",comm=\"nginx\"} 50\n") != std::string::npos);
  CHECK(text.find("sockwarden_connect_attempts_total{service=\"nginx\",comm=\"nginx\"} 3\n") != std::string::npos);
  CHECK(text.find(",server_address=") == std::string::npos);
  CHECK(text.find(",container_id=") == std::string::npos);
}

TEST_CASE("hostile bytes in a name become valid UTF-8 and stay inside their quotes") {
  Published published;
  published.model.option_rows.push_back({{"a\"b\\c\nd\xff", "", ""}, "TCP_NODELAY", 1});
  const std::string wanted = R"(comm="a\"b\\c\nd)"
                             "\xEF\xBF\xBD"
                             R"(",container_id="")";
  const auto families = families_of(std::move(published));
  CHECK(text_of(families).find(wanted) != std::string::npos);
  CHECK(openmetrics_text(families, std::nullopt).find(wanted) != std::string::npos);
}

TEST_CASE("names that collapse to one after cleaning are summed, never repeated") {
  Published published;
  published.model.option_rows.push_back({{"x\xff", "", ""}, "TCP_NODELAY", 1});
  published.model.option_rows.push_back({{"x\xfe", "", ""}, "TCP_NODELAY", 2});
  const std::string text = text_of(families_of(std::move(published)));
  const std::string series =
      "sockwarden_setsockopt_total{service=\"\",comm=\"x\xEF\xBF\xBD\",container_id=\"\",unit=\"\",option=\"TCP_"
      "NODELAY\"}";
  const auto position = text.find(series);
  REQUIRE(position != std::string::npos);
  CHECK(text.substr(position + series.size(), 3) == " 3\n");
  CHECK(text.find(series, position + 1) == std::string::npos);
}

TEST_CASE("a finding names its peer, and shares `other` with the endpoints folded there") {
  Published published;
  const Process orders = process(1, 42, "orders");
  for (const char* shown : {"10.0.0.7:8080", "other"})
    published.model.endpoint_rows.push_back({orders.identity, Role::client, shown, {}, 0});
  for (const char* remote : {"10.0.0.7:8080", "10.0.0.8:8080", "10.0.0.9:8080"}) {
    LedgerEntry leak = finding(remote, orders, "connection-leak");
    leak.finding.role = Role::client;
    leak.finding.remote = remote;
    leak.finding.local = "10.0.0.1:41000";
    published.findings.push_back(leak);
  }
  const std::string text = text_of(families_of(published));
  CHECK(text.find(R"(role="client",server_address="10.0.0.7:8080"} 1)") != std::string::npos);
  CHECK(text.find(R"(role="client",server_address="other"} 2)") != std::string::npos);
  CHECK(text.find("41000") == std::string::npos);
}

TEST_CASE("names that differ stay apart") {
  Published published;
  published.model.option_rows.push_back({{"x", "", ""}, "TCP_NODELAY", 1});
  published.model.option_rows.push_back({{"y", "", ""}, "TCP_NODELAY", 2});
  const std::string text = text_of(families_of(std::move(published)));
  CHECK(text.find("{service=\"\",comm=\"x\",container_id=\"\",unit=\"\",option=\"TCP_NODELAY\"} 1\n") !=
        std::string::npos);
  CHECK(text.find("{service=\"\",comm=\"y\",container_id=\"\",unit=\"\",option=\"TCP_NODELAY\"} 2\n") !=
        std::string::npos);
}

TEST_CASE("before the first scan the agent shows itself alone, and how its scans fare") {
  Snapshot snapshot;
  snapshot.scan_failed("live", "cannot open the iterator", WallTime{});
  const std::string text = text_of(metric_families(nullptr, snapshot.scan_health(), {}, {}));
  CHECK(text.find("sockwarden_build_info{") != std::string::npos);
  CHECK(text.find("sockwarden_scans_total 0\n") != std::string::npos);
  CHECK(text.find("sockwarden_scan_failures_total{part=\"descriptors\"} 0\n") != std::string::npos);
  CHECK(text.find("sockwarden_scan_failures_total{part=\"live\"} 1\n") != std::string::npos);
  CHECK(text.find("sockwarden_last_scan_timestamp_seconds") == std::string::npos);
  CHECK(text.find("process_cpu_seconds_total") == std::string::npos);
}

TEST_CASE("the lowest limit and the highest use stand for processes of one name") {
  Published published;
  DescriptorRow one{{"java", "", ""}, 1, {}, 100};
  one.count[SW_DESCRIPTOR_FILE] = 50;
  DescriptorRow two{{"java", "", ""}, 2, {}, 1000};
  two.count[SW_DESCRIPTOR_FILE] = 100;
  published.model.descriptor_rows = {one, two};
  const std::string text = text_of(families_of(std::move(published)));
  CHECK(text.find("sockwarden_descriptors_limit{service=\"\",comm=\"java\",container_id=\"\",unit=\"\"} 100\n") !=
        std::string::npos);
  CHECK(text.find("sockwarden_descriptors_used_ratio{service=\"\",comm=\"java\",container_id=\"\",unit=\"\"} 0.5\n") !=
        std::string::npos);
  CHECK(
      text.find("sockwarden_descriptors{service=\"\",comm=\"java\",container_id=\"\",unit=\"\",type=\"file\"} 150\n") !=
      std::string::npos);
}
