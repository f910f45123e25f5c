#include "agent/publish/server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <vector>

#include "agent/detect/finding_class.h"
#include "agent/publish/page.h"
#include "tests/unit/publish/model_builder.h"
#include "tests/unit/publish/web_fixture.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

/// A connection of our own, for what curl would not do.
class RawClient {
 public:
  explicit RawClient(int port) : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  }
  RawClient(RawClient&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ~RawClient() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  void send(const std::string& text) const { (void)::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL); }

  /// Until the server closes, at most ten seconds.
  [[nodiscard]] std::string read_all() const {
    std::string text;
    std::array<char, 4096> chunk{};
    pollfd waiting{descriptor_, POLLIN, 0};
    while (poll(&waiting, 1, 10'000) == 1) {
      const auto size = recv(descriptor_, chunk.data(), chunk.size(), 0);
      if (size <= 0) break;
      text.append(chunk.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  int descriptor_;
};

Published shop() {
  Published published;
  Model& model = published.model;
  model.wall = WallTime(std::chrono::seconds(1'790'000'000));
  model.time = at(std::chrono::seconds(1000));
  const Process parent = process(1, 10, "shop\xff");
  const Process child = process(2, 11, "worker");
  add(model, parent);
  add(model, child);
  model.parents[11] = {1, 10};
  model.connections.push_back(connection(1, parent, Role::listener, TcpState::listen));
  model.connections.push_back(connection(2, parent, Role::server, TcpState::established));
  model.connections.push_back(connection(3, child, Role::client, TcpState::close_wait));
  model.connections.back().remote = address("9", 5432);
  for (auto& each : model.connections) each.birth = at(std::chrono::seconds(990));
  model.connections.back().preexisting = true;
  LedgerEntry old = finding("f-old", parent, "fd-leak");
  old.finding.qualifier_name = "type";
  old.finding.qualifier = "file";
  old.first_seen = model.wall - std::chrono::minutes(2);
  LedgerEntry young = finding("f-young", child, "connection-leak");
  young.first_seen = model.wall - std::chrono::minutes(1);
  young.finding.evidence = {{"waited_seconds", 31.5}, {"blocked_in", std::string("recvfrom")}, {"timeout", nullptr}};
  LedgerEntry healed = finding("f-healed", child, "pool-churn");
  healed.active = false;
  healed.resolved_at = model.wall;
  published.findings = {old, young, healed};
  return published;
}

nlohmann::json data_of(const std::string& answer) {
  const auto json = nlohmann::json::parse(body_of(answer));
  CHECK(json.at("status") == "success");
  return json.at("data");
}

std::string header_of(const std::string& answer, const std::string& name) {
  const auto begin = answer.find("\r\n" + name + ": ");
  if (begin == std::string::npos) return "";
  const auto value = begin + name.size() + 4;
  return answer.substr(value, answer.find("\r\n", value) - value);
}

std::vector<std::string> ids_of(const std::string& answer) {
  std::vector<std::string> ids;
  const auto data = data_of(answer);
  for (const auto& each : data.at("findings")) ids.push_back(each.at("id"));
  return ids;
}

std::vector<int> connections_of(const std::string& answer) {
  std::vector<int> ids;
  const auto data = data_of(answer);
  for (const auto& each : data.at("connections")) ids.push_back(each.at("id"));
  return ids;
}

}  // namespace

TEST_CASE("the server is healthy at once, and ready with the first scan") {
  RunningServer web;
  CHECK(contains(web.get("/-/healthy"), "200 OK"));
  CHECK(contains(web.get("/-/ready"), "503 "));
  CHECK(contains(web.get("/api/v1/status"), "503 "));
  CHECK(contains(web.get("/metrics"), "sockwarden_build_info"));
  web.snapshot->publish(shop());
  CHECK(contains(web.get("/-/ready"), "200 OK"));
  web.server->set_ready(false);
  CHECK(contains(web.get("/-/ready"), "503 "));
}

namespace {

/// The shop as of a minute ago, scanned every second, with a reason that is markup.
void fail_for_a_minute(Snapshot& snapshot) {
  Published published = shop();
  published.model.time = std::chrono::steady_clock::now() - std::chrono::minutes(1);
  snapshot.expect_every(std::chrono::seconds(1));
  snapshot.publish(std::move(published));
  snapshot.scan_failed("live", "cannot read <b>this</b> & that", WallTime(std::chrono::seconds(1'790'000'001)));
}

}  // namespace

TEST_CASE("while scans fail readiness, metrics and status say so, and the last good one is shown") {
  RunningServer web;
  fail_for_a_minute(*web.snapshot);
  const auto ready = web.get("/-/ready");
  CHECK(contains(ready, "503 "));
  CHECK(contains(ready, " s ago; scans fail since 2026-09-21T14:13:21.000Z (live): cannot read <b>this</b>"));
  CHECK(contains(web.get("/-/healthy"), "200 OK"));
  CHECK(contains(web.get("/metrics"), "sockwarden_scan_failures_total{part=\"live\"} 1\n"));
  const auto scan = data_of(web.get("/api/v1/status"))["scan"];
  CHECK(scan["failures"]["live"] == 1);
  CHECK(scan["failing"]["part"] == "live");
  CHECK(scan["failing"]["reason"] == "cannot read <b>this</b> & that");
  CHECK(scan["failing"]["since"] == "2026-09-21T14:13:21.000Z");
  CHECK(scan["last_good_age_seconds"].get<double>() >= 60);
  CHECK(ids_of(web.get("/api/v1/findings")).size() == 2);
}

TEST_CASE("once a scan is good again nothing speaks of a failure, and the count stays") {
  RunningServer web;
  fail_for_a_minute(*web.snapshot);
  Published published = shop();
  published.model.time = std::chrono::steady_clock::now();
  web.snapshot->publish(std::move(published));
  CHECK(contains(web.get("/-/ready"), "200 OK"));
  CHECK(contains(web.get("/metrics"), "sockwarden_scan_failures_total{part=\"live\"} 1\n"));
  CHECK(data_of(web.get("/api/v1/status"))["scan"]["failing"].is_null());
}

TEST_CASE("where no scan was good yet every answer says why") {
  RunningServer web;
  web.snapshot->scan_failed("totals", "cannot read <the> table", WallTime(std::chrono::seconds(1'790'000'001)));
  CHECK(contains(web.get("/-/ready"), "503 "));
  for (const auto* path : {"/-/ready", "/api/v1/status"})
    CHECK(contains(web.get(path),
                   "o scan was good yet; scans fail since 2026-09-21T14:13:21.000Z (totals): cannot read"));
  const auto metrics = web.get("/metrics");
  CHECK(contains(metrics, "sockwarden_scan_failures_total{part=\"totals\"} 1\n"));
  CHECK(contains(metrics, "sockwarden_build_info"));
}

TEST_CASE("metrics come in the format and the encoding that the client takes") {
  RunningServer web;
  web.snapshot->publish(shop());
  CHECK(contains(web.get("/metrics"), "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  const auto open = web.get("/metrics", "-H 'Accept: application/openmetrics-text; version=1.0.0'");
  CHECK(contains(open, "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"));
  CHECK(open.ends_with("# EOF\n"));
  const auto packed = web.get("/metrics", "--compressed");
  CHECK(contains(packed, "Content-Encoding: gzip\r\n"));
  CHECK(contains(packed, "sockwarden_connections{"));
  CHECK_FALSE(contains(web.get("/metrics"), "Content-Encoding"));
}

TEST_CASE("HEAD has the headers of GET and no body") {
  RunningServer web;
  const auto answer = web.get("/-/healthy", "--head");
  CHECK(contains(answer, "200 OK"));
  CHECK(contains(answer, "Content-Length: 23\r\n"));
  CHECK(body_of(answer).empty());
}

TEST_CASE("the page names every address and loads nothing from elsewhere") {
  RunningServer web;
  const auto page = web.get("/");
  CHECK(contains(page, "Content-Type: text/html; charset=utf-8\r\n"));
  CHECK(contains(page, "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "));
  for (const auto* path : {"metrics", "api/v1/findings", "api/v1/connections", "api/v1/status", "-/ready"}) {
    CHECK(contains(page, std::string("href=\"") + path));
  }
  CHECK_FALSE(contains(page, "http://"));
  CHECK_FALSE(contains(page, "https://"));
  CHECK(contains(web.get("/page/main.js"), "Content-Type: text/javascript; charset=utf-8\r\n"));
  CHECK(contains(web.get("/page/../etc/passwd"), "404 "));
  CHECK(contains(web.get("/page/"), "404 "));
}

TEST_CASE("the files of the page are as they are in the sources, and small") {
  std::size_t bytes = 0;
  for (const PageFile& file : page_files()) {
    INFO(file.name);
    std::ifstream source(SOURCE_DIR "/agent/publish/page/" + std::string(file.name));
    CHECK(file.text == std::string(std::istreambuf_iterator<char>(source), {}));
    bytes += file.text.size();
  }
  CHECK(bytes < 155'000);
}

TEST_CASE("what a client has already is not sent again until the next scan") {
  RunningServer web;
  web.snapshot->publish(shop());
  const auto etag = header_of(web.get("/api/v1/findings"), "ETag");
  REQUIRE_FALSE(etag.empty());
  const auto again = web.get("/api/v1/findings", "-H 'If-None-Match: " + etag + "'");
  CHECK(contains(again, "304 "));
  CHECK(body_of(again).empty());
  auto next = shop();
  next.model.number = 2;
  web.snapshot->publish(std::move(next));
  CHECK(contains(web.get("/api/v1/findings", "-H 'If-None-Match: " + etag + "'"), "200 OK"));
  CHECK(header_of(web.get("/api/v1/status"), "ETag").empty());
}

TEST_CASE("what is not there is 404, and other methods are 405 with what is allowed") {
  RunningServer web;
  web.snapshot->publish(shop());
  CHECK(contains(web.get("/nothing"), "404 "));
  const auto missing = web.get("/api/v1/nothing");
  CHECK(contains(missing, "404 "));
  CHECK(nlohmann::json::parse(body_of(missing)).at("errorType") == "not_found");
  for (const auto* options : {"-X DELETE", "-X POST", "-d body"}) {
    const auto refused = web.get("/api/v1/findings", options);
    INFO(options);
    CHECK(contains(refused, "405 "));
    CHECK(contains(refused, "Allow: GET, HEAD\r\n"));
    CHECK(nlohmann::json::parse(body_of(refused)).at("errorType") == "method_not_allowed");
  }
  CHECK(contains(web.get("/metrics", "-X GET -d body"), "413 "));
}

TEST_CASE("findings are the active ones, newest first") {
  RunningServer web;
  web.snapshot->publish(shop());
  CHECK(ids_of(web.get("/api/v1/findings")) == std::vector<std::string>{"f-young", "f-old"});
  CHECK(ids_of(web.get("/api/v1/findings?state=resolved")) == std::vector<std::string>{"f-healed"});
  CHECK(ids_of(web.get("/api/v1/findings?state=all")).size() == 3);
  CHECK(ids_of(web.get("/api/v1/findings?class=fd-leak")) == std::vector<std::string>{"f-old"});
}

TEST_CASE("a muted finding is told among the active ones, with its reason, and counted apart") {
  Published published = shop();
  published.findings[0].muted = Muted{"known", WallTime(std::chrono::seconds(1'800'000'000))};
  RunningServer web;
  web.snapshot->publish(published);
  const auto findings = data_of(web.get("/api/v1/findings")).at("findings");
  REQUIRE(findings.size() == 2);
  CHECK(findings[1].at("muted") == nlohmann::json({{"reason", "known"}, {"until", "2027-01-15T08:00:00.000Z"}}));
  CHECK(findings[0].at("muted").is_null());
  const auto services = data_of(web.get("/api/v1/services")).at("services");
  const auto shop_itself = std::find_if(services.begin(), services.end(),
                                        [](const auto& row) { return row.at("process").at("comm") != "worker"; });
  REQUIRE(shop_itself != services.end());
  CHECK(shop_itself->at("findings") == nlohmann::json({{"muted", 1}}));
}

TEST_CASE("findings of a pid are its own and its descendants'") {
  RunningServer web;
  web.snapshot->publish(shop());
  CHECK(ids_of(web.get("/api/v1/findings?pid=10")) == std::vector<std::string>{"f-young", "f-old"});
  CHECK(ids_of(web.get("/api/v1/findings?pid=11")) == std::vector<std::string>{"f-young"});
  CHECK(ids_of(web.get("/api/v1/findings?pid=12")).empty());
}

TEST_CASE("findings of a pid are not those of an earlier process of that number, nor of its descendants") {
  Published published = shop();
  Process earlier = process(3, 20, "shell"), child = process(4, 21, "client"), later = process(5, 20, "shell");
  earlier.facts.start_ticks = 100;
  child.facts.start_ticks = 200;
  child.facts.parent_pid = 20;
  later.facts.start_ticks = 900;
  later.facts.parent_pid = 1;
  add(published.model, child);
  published.findings = {finding("f-earlier", earlier, "fd-leak"), finding("f-child", child, "fd-leak")};
  RunningServer web;
  web.snapshot->publish(published);
  CHECK(ids_of(web.get("/api/v1/findings?pid=20")).size() == 2);
  CHECK(ids_of(web.get("/api/v1/findings?pid=21")) == std::vector<std::string>{"f-child"});
  add(published.model, later);
  web.snapshot->publish(published);
  CHECK(ids_of(web.get("/api/v1/findings?pid=20")).empty());
  CHECK(ids_of(web.get("/api/v1/findings?pid=21")) == std::vector<std::string>{"f-child"});
}

TEST_CASE("a finding has the words of the contract") {
  RunningServer web;
  web.snapshot->publish(shop());
  const auto findings = data_of(web.get("/api/v1/findings?state=all"))["findings"];
  const auto& leak = findings[1];
  CHECK(leak["type"] == "file");
  CHECK(leak["state"] == "active");
  CHECK(leak["process"]["comm"] == "shop\xEF\xBF\xBD");
  CHECK(leak["resolved_at"].is_null());
  CHECK(leak["first_seen"] == "2026-09-21T14:11:20.000Z");
  const auto& young = findings[0];
  CHECK(young["evidence"]["waited_seconds"] == 31.5);
  CHECK(young["evidence"]["timeout"].is_null());
  CHECK_FALSE(young.contains("type"));
}

TEST_CASE("waits are told with what is known of their limits, the longest first") {
  RunningServer web;
  Published published = shop();
  const auto wait = [](std::uint32_t pid, const char* comm, WaitVerdict verdict, std::chrono::seconds waited) {
    ObservedWait one;
    one.identity.comm = one.identity.service = comm;
    one.pid = pid;
    one.role = Role::client;
    one.endpoint = "10.0.0.7:8080";
    one.phase = "header";
    one.verdict = verdict;
    one.waited = waited;
    return one;
  };
  published.waits = {wait(10, "shop", WaitVerdict::limited, std::chrono::seconds(5)),
                     wait(11, "worker", WaitVerdict::unproven, std::chrono::seconds(28))};
  published.waits[0].limit = std::chrono::seconds(90);
  web.snapshot->publish(published);
  const auto all = data_of(web.get("/api/v1/waits"))["waits"];
  REQUIRE(all.size() == 2);
  CHECK(all[0]["verdict"] == "unproven");
  CHECK(all[0]["waited_seconds"] == 28.0);
  CHECK(all[0]["limit_seconds"].is_null());
  CHECK(all[1]["limit_seconds"] == 90.0);
  CHECK(all[1]["endpoint"] == "10.0.0.7:8080");
  for (const char* filter : {"verdict=limited", "pid=10", "comm=shop", "service=shop"}) {
    INFO(filter);
    const auto filtered = data_of(web.get(std::string("/api/v1/waits?") + filter))["waits"];
    REQUIRE(filtered.size() == 1);
    CHECK(filtered[0]["pid"] == 10);
  }
  CHECK(contains(web.get("/api/v1/waits?verdict=perhaps"), "400 "));
  CHECK(contains(web.get("/metrics"), "verdict=\"unproven\"} 1"));
}

TEST_CASE("connections are filtered by what is asked") {
  RunningServer web;
  web.snapshot->publish(shop());
  const auto of = [&](const std::string& filter) { return connections_of(web.get("/api/v1/connections" + filter)); };
  CHECK(of("") == std::vector{1, 2, 3});
  CHECK(of("?pid=11") == std::vector{3});
  CHECK(of("?comm=worker") == std::vector{3});
  CHECK(of("?service=worker") == std::vector{3});
  CHECK(of("?service=worker&comm=shop").empty());
  CHECK(of("?service=wor").empty());
  CHECK(of("?role=listener") == std::vector{1});
  CHECK(of("?state=close_wait") == std::vector{3});
  CHECK(of("?remote=10.0.0.9:5432") == std::vector{3});
  CHECK(of("?remote=10.0.0.9") == std::vector{3});
  CHECK(of("?remote=:5432") == std::vector{3});
  CHECK(of("?limit=1") == std::vector{1});
  CHECK(data_of(web.get("/api/v1/connections?limit=1"))["matching"] == 3);
  CHECK(of("?pid=11&role=server").empty());
}

TEST_CASE("connections come a page at a time, sorted and searched by the agent") {
  RunningServer web;
  auto published = shop();
  published.model.connections[1].idle = std::chrono::seconds(5);
  published.model.connections[2].idle = std::chrono::seconds(9);
  web.snapshot->publish(std::move(published));
  const auto of = [&](const std::string& filter) { return connections_of(web.get("/api/v1/connections" + filter)); };
  CHECK(of("?sort=idle") == std::vector{3, 2, 1});
  CHECK(of("?sort=idle&limit=1&offset=1") == std::vector{2});
  CHECK(of("?offset=2") == std::vector{3});
  CHECK(of("?offset=9").empty());
  CHECK(of("?q=worker") == std::vector{3});
  CHECK(of("?q=:5432") == std::vector{3});
  CHECK(of("?q=listen") == std::vector{1});
  CHECK(of("?q=10.0.0.9") == std::vector{3});
  CHECK(of("?q=nobody").empty());
  CHECK(data_of(web.get("/api/v1/connections?offset=2"))["matching"] == 3);
  CHECK(contains(web.get("/api/v1/connections?sort=colour"), "400 "));
}

TEST_CASE("a connection older than the agent has no opening time") {
  RunningServer web;
  web.snapshot->publish(shop());
  const auto rows = data_of(web.get("/api/v1/connections"))["connections"];
  CHECK(rows[1]["opened_at"] == "2026-09-21T14:13:10.000Z");
  CHECK(rows[1]["age_seconds"] == 10.0);
  CHECK(rows[2]["opened_at"].is_null());
  CHECK(rows[2]["age_seconds"].is_null());
  CHECK(rows[2]["first_seen_at"] == "2026-09-21T14:13:10.000Z");
}

TEST_CASE("a filter that makes no sense is 400 and says why") {
  RunningServer web;
  web.snapshot->publish(shop());
  for (const auto* filter : {"pid=abc", "pid=-1", "pid=99999999999", "state=old", "statr=active", "pid=1&pid=2"}) {
    const auto answer = web.get(std::string("/api/v1/findings?") + filter);
    INFO(filter);
    CHECK(contains(answer, "400 "));
    CHECK(nlohmann::json::parse(body_of(answer)).at("errorType") == "bad_data");
  }
}

TEST_CASE("the status shows hooks, losses, tables and the web server") {
  RunningServer web;
  auto published = shop();
  published.model.losses[SW_LOSS_DETAIL] = 4;
  published.model.tables.push_back({"endpoints", 1, 2});
  HookStatus hook;
  hook.name = "tcp_send_reset";
  hook.reason = "this kernel has no such hook";
  hook.variant_reason = "unknown func bpf_rdonly_cast";
  published.hooks.push_back(hook);
  web.snapshot->publish(std::move(published));
  const auto status = data_of(web.get("/api/v1/status"));
  CHECK(status["losses"]["detail"] == 4);
  CHECK(status["tables"][0]["capacity"] == 2);
  CHECK(status["hooks"][0]["attached"] == false);
  CHECK(status["hooks"][0]["variant_reason"] == "unknown func bpf_rdonly_cast");
  CHECK(status["web"]["tls"] == false);
  CHECK(status["web"]["addresses"][0] == web.server->addresses().front());
}

TEST_CASE("descriptors are told by process and type, the most first") {
  RunningServer web;
  auto published = shop();
  const auto& processes = published.model.processes;
  published.model.descriptor_rows = {{processes.at(1).identity, 10, {3, 1}, 1024},
                                     {processes.at(2).identity, 11, {7}, {}}};
  web.snapshot->publish(std::move(published));
  const auto rows = data_of(web.get("/api/v1/descriptors"))["descriptors"];
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]["process"]["pid"] == 11);
  CHECK(rows[0]["limit"].is_null());
  CHECK(rows[1]["open"] == 4);
  CHECK(rows[1]["types"]["file"] == 3);
  CHECK_FALSE(rows[1]["types"].contains("pipe"));
  CHECK(data_of(web.get("/api/v1/descriptors?limit=1"))["matching"] == 2);
}

TEST_CASE("services sum up what is theirs, and endpoints say who is connected to whom") {
  RunningServer web;
  auto published = shop();
  const Identity worker = published.model.processes.at(2).identity;
  published.model.process_rows = {
      {.identity = worker, .role = Role::client, .totals = {}, .histograms = {}, .live = 4}};
  published.model.descriptor_rows = {{worker, 11, {7}, 14}};
  published.model.endpoint_rows = {{worker, Role::client, "10.0.0.9:5432", {}, 1},
                                   {worker, Role::client, "10.0.0.8:80", {}, 3}};
  web.snapshot->publish(std::move(published));
  const auto services = data_of(web.get("/api/v1/services"))["services"];
  REQUIRE(services.size() == 2);
  CHECK(services[1]["process"]["comm"] == "worker");
  CHECK(services[1]["outgoing"] == 4);
  CHECK(services[1]["descriptors_used_ratio"] == 0.5);
  CHECK(services[1]["findings"]["warning"] == 1);
  const auto endpoints = data_of(web.get("/api/v1/endpoints?limit=1"));
  CHECK(endpoints["matching"] == 2);
  CHECK(endpoints["endpoints"][0]["server_address"] == "10.0.0.8:80");
}

TEST_CASE("the page of each class is served") {
  RunningServer web;
  web.snapshot->publish(shop());
  const auto classes = data_of(web.get("/api/v1/classes"))["classes"];
  CHECK(classes.size() == finding_classes().size());
  CHECK(contains(classes[0]["page"], "# " + classes[0]["class"].get<std::string>() + ": "));
}

TEST_CASE("the history shows any moment as it was") {
  RunningServer web;
  auto published = shop();
  web.snapshot->publish(published);
  published.model.wall += std::chrono::minutes(1);
  published.findings.pop_back();
  web.snapshot->publish(published);
  const auto series = data_of(web.get("/api/v1/history"));
  CHECK(series["times"] == nlohmann::json{1'790'000'000.0, 1'790'000'060.0});
  CHECK(series["warning"] == nlohmann::json{2, 2});
  CHECK_FALSE(series.contains("pools"));
  CHECK(data_of(web.get("/api/v1/history?at=1790000059"))["findings"].size() == 3);
  CHECK(data_of(web.get("/api/v1/history?at=1790000061"))["findings"].size() == 2);
  CHECK(contains(web.get("/api/v1/history?at=yesterday"), "400 "));
}

TEST_CASE("an IPv6 address and all addresses at once are served") {
  const RunningServer v6("", "[::1]:0");
  CHECK(contains(v6.get("/-/healthy"), "200 OK"));
  const RunningServer both("", ":0");
  const auto port = std::to_string(both.port());
  CHECK(contains(run("curl -sS http://127.0.0.1:" + port + "/-/healthy").output, "healthy"));
  CHECK(contains(run("curl -sS 'http://[::1]:" + port + "/-/healthy'").output, "healthy"));
}

TEST_CASE("several addresses are served by one server") {
  Config::Web web;
  web.listen_addresses = {"127.0.0.1:0", "127.0.0.2:0"};
  const auto server = WebServer::open(web, {std::make_shared<Snapshot>()});
  REQUIRE(server.has_value());
  REQUIRE((*server)->urls().size() == 2);
  for (const auto& url : (*server)->urls()) CHECK(contains(run("curl -sS " + url + "-/healthy").output, "healthy"));
}

TEST_CASE("a busy port ends in one sentence that says what to do") {
  const RunningServer first;
  Config::Web web;
  web.listen_addresses = first.server->addresses();
  const auto second = WebServer::open(web, {std::make_shared<Snapshot>()});
  REQUIRE_FALSE(second.has_value());
  const auto sentence = second.error().message();
  CHECK(contains(sentence, "cannot listen on " + first.server->addresses().front() + ": Address already in use; "));
  CHECK(contains(sentence, "--web.listen-address"));
}

TEST_CASE("a request that is too large is refused") {
  const RunningServer web;
  const RawClient client(web.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
  CHECK(contains(client.read_all(), "431 "));
  CHECK(contains(web.get("/-/healthy"), "200 OK"));
}

TEST_CASE("clients that connect and say nothing do not keep others out") {
  const RunningServer web;
  std::vector<RawClient> idle;
  for (int i = 0; i < 300; ++i) {
    idle.emplace_back(web.port());
    idle.back().send("GET / HTTP/1.1\r\n");
  }
  CHECK(contains(web.get("/-/healthy"), "200 OK"));
}

TEST_CASE("requests one after the other share a connection") {
  const RunningServer web;
  const auto url = web.url + "/-/healthy";
  CHECK(run("curl -sS -o /dev/null -o /dev/null -w '%{num_connects} ' " + url + ' ' + url).output == "1 0 ");
}
