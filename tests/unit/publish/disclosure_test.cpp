#include "agent/publish/disclosure.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/publish/model_builder.h"
#include "tests/unit/publish/web_fixture.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

using Words = std::vector<std::string>;

Words redacted(const Words& command_line) { return Redaction(Config::Api{}.redact)(command_line); }

Process process_of_user(std::uint32_t uid) {
  Process process = test::process(1, 10, "shop");
  process.facts.uid = uid;
  process.facts.exe = "/home/ann/shop";
  process.facts.cmdline = {"shop", "--password=hunter2"};
  return process;
}

}  // namespace

TEST_CASE("values of secret options are hidden, beside them or after them") {
  CHECK(redacted({"x", "--password=a b,c"}) == Words{"x", "--password=***"});
  CHECK(redacted({"x", "--password", "a", "b"}) == Words{"x", "--password", "***", "b"});
  CHECK(redacted({"x", "--DB_Passwd", "-a"}) == Words{"x", "--DB_Passwd", "***"});
  CHECK(redacted({"-Dkey.storePassword=a"}) == Words{"-Dkey.storePassword=***"});
  CHECK(redacted({"PGPASSWORD=a", "API_KEY=b"}) == Words{"PGPASSWORD=***", "API_KEY=***"});
  CHECK(redacted({"--auth-token:a"}) == Words{"--auth-token:***"});
}

TEST_CASE("secrets within one argument are hidden, and the rest of it stays") {
  CHECK(redacted({"host=h password=a dbname=d"}) == Words{"host=h password=*** dbname=d"});
  CHECK(redacted({"sh", "-c", "mysql --password a -h b"}) == Words{"sh", "-c", "mysql --password *** -h b"});
  CHECK(redacted({"Authorization: Bearer a.b-c"}) == Words{"Authorization: ***"});
  CHECK(redacted({R"({"user": "u", "secret": "a b"})"}) == Words{R"({"user": "u", "secret": ***})"});
  CHECK(redacted({"http://h/?token=a&page=2"}) == Words{"http://h/?token=***&page=2"});
  CHECK(redacted({"Server=s;Pwd=a;Port=1"}) == Words{"Server=s;Pwd=***;Port=1"});
}

TEST_CASE("logins of URLs are hidden") {
  CHECK(redacted({"postgres://u:p@h/d"}) == Words{"postgres://***@h/d"});
  CHECK(redacted({"https://ghp_a@h"}) == Words{"https://***@h"});
  CHECK(redacted({"amqp://u:p/a@h:5672/v"}) == Words{"amqp://***@h:5672/v"});
  CHECK(redacted({"a=redis://:p@h,redis://:q@i"}) == Words{"a=redis://***@i"});
  CHECK(redacted({"http://h:80/a@b"}) == Words{"http://h:80/a@b"});
  CHECK(redacted({"curl", "-u", "ann:a", "http://h/"}) == Words{"curl", "-u", "ann:***", "http://h/"});
}

TEST_CASE("what is no secret stays as it is") {
  const Words plain{"java", "-Xmx2g", "-jar", "shop.jar", "--port", "8080", "http://h/a", "--user", "ann", ""};
  CHECK(redacted(plain) == plain);
  CHECK(Redaction({})({"--password=a"}) == Words{"--password=a"});
}

TEST_CASE("no more is told of other users' processes than /proc tells anybody") {
  const Disclosure disclosure(Config::Api{}, false);
  const Process process = process_of_user(1000);
  CHECK(disclosure.tells_all(process, {.identified = false, .uid = 1000}));
  CHECK(disclosure.tells_all(process, {.identified = false, .uid = 0}));
  CHECK(disclosure.tells_all(process, {.identified = true, .uid = {}}));
  CHECK_FALSE(disclosure.tells_all(process, {.identified = false, .uid = 1001}));
  CHECK_FALSE(disclosure.tells_all(process, {}));
  CHECK(disclosure.command_line(process, {}) == Words{"shop", "--password=***"});
  Config::Api open;
  open.other_users_in_full = open.full_command_lines = true;
  CHECK(Disclosure(open, false).tells_all(process, {}));
  CHECK(Disclosure(open, false).command_line(process, {}) == process.facts.cmdline);
}

TEST_CASE("where /proc hides processes, their command lines are hidden too") {
  const Disclosure disclosure(Config::Api{}, true);
  CHECK(disclosure.command_line(process_of_user(1000), {}).empty());
  CHECK_FALSE(disclosure.command_line(process_of_user(1000), {.identified = false, .uid = 1000}).empty());
}

TEST_CASE("the API knows whose request it is by the client's socket") {
  RunningServer web;
  const auto own = static_cast<std::uint32_t>(geteuid());
  Published published;
  LedgerEntry mine = finding("f-mine", process_of_user(own), "fd-leak");
  LedgerEntry others = finding("f-others", process_of_user(own + 1), "fd-leak");
  for (LedgerEntry* entry : {&mine, &others}) entry->finding.evidence = {{"words", std::string("a")}, {"number", 1.5}};
  published.findings = {mine, others};
  web.snapshot->publish(std::move(published));
  const auto findings = nlohmann::json::parse(body_of(web.get("/api/v1/findings")))["data"]["findings"];
  REQUIRE(findings.size() == 2);
  for (const auto& each : findings) {
    CHECK(each["process"]["cmdline"][1] == "--password=***");
    const bool all = own == 0 || each["id"] == "f-mine";
    CHECK(each["process"]["exe"].is_null() == !all);
    CHECK(each["evidence"].contains("words") == all);
    CHECK(each["evidence"]["number"] == 1.5);
  }
}
