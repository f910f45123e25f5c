#include <catch2/catch.hpp>
#include <set>

#include "agent/publish/api.h"
#include "tests/unit/publish/model_builder.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

using Filters = std::vector<std::pair<std::string, std::string>>;
using Api = Response (*)(const Request& request, const Published& published);

Response ask(Api api, const Published& published, Filters filters) {
  Request request;
  request.query = std::move(filters);
  return api(request, published);
}
Json data_of(const Response& response) {
  CAPTURE(response.body);
  REQUIRE(response.status == 200);
  return Json::parse(response.body).at("data");
}

Process born(std::uint32_t serial, std::uint32_t pid, std::uint64_t start_ticks, std::uint32_t parent = 1) {
  Process result = process(serial, pid, "app");
  result.facts.pid = pid;
  result.facts.start_ticks = start_ticks;
  result.facts.parent_pid = parent;
  return result;
}

/// Connections whose ids are not in the order of the list.
Published with_connections(std::uint64_t count) {
  Published published;
  const Process shop = process(1, 10, "shop");
  add(published.model, shop);
  for (std::uint64_t i = 0; i < count; ++i)
    published.model.connections.push_back(
        connection((i * 7919) % count + 1, shop, Role::client, TcpState::established));
  return published;
}

}  // namespace

TEST_CASE("page by page every connection is told once, however many there are") {
  const Published published = with_connections(2'503);
  std::set<std::uint64_t> seen;
  Filters page;
  int pages = 0;
  for (Json next = 0; !next.is_null(); ++pages) {
    const Json data = data_of(ask(api_connections, published, page));
    CHECK(data["matching"] == 2'503);
    CHECK(data["connections"].size() <= rows_of_page);
    for (const Json& row : data["connections"]) CHECK(seen.insert(row["id"].get<std::uint64_t>()).second);
    next = data["next"];
    if (next.is_number()) page = {{"after", next.dump()}};
  }
  CHECK(pages == 3);
  CHECK(seen.size() == 2'503);
}

TEST_CASE("a page goes on where the one before it ended, also when what it ended with is gone") {
  Published published = with_connections(10);
  const Json first = data_of(ask(api_connections, published, {{"limit", "4"}}));
  CHECK(first["next"] == 4);
  std::erase_if(published.model.connections, [](const Connection& one) { return one.id <= 4; });
  const Json second = data_of(ask(api_connections, published, {{"limit", "4"}, {"after", "4"}}));
  CHECK(second["connections"][0]["id"] == 5);
}

TEST_CASE("more rows than a page has are refused, and the answer says how many there may be") {
  for (const Api api : {api_connections, api_pools}) {
    const Response refused = ask(api, with_connections(3), {{"limit", "1000000"}});
    CHECK(refused.status == 400);
    CHECK(refused.body.find("from 0 to 1000") != std::string::npos);
  }
}

TEST_CASE("pools come in pages, too") {
  Published published;
  const Process shop = process(1, 10, "shop");
  add(published.model, shop);
  for (std::uint16_t i = 1; i <= 5; ++i) {
    PoolFigures pool;
    pool.key = {shop.serial, address("7", i)};
    published.pools.push_back(pool);
  }
  const Json first = data_of(ask(api_pools, published, {{"limit", "3"}}));
  const Json second = data_of(ask(api_pools, published, {{"limit", "3"}, {"offset", "3"}}));
  CHECK(first["matching"] == 5);
  CHECK(first["pools"].size() == 3);
  CHECK(second["pools"].size() == 2);
  CHECK(data_of(ask(api_pools, published, {{"offset", "9"}}))["pools"].empty());

  published.pools[3].open = 7;
  const Json fullest = data_of(ask(api_pools, published, {{"limit", "1"}, {"sort", "open"}}))["pools"];
  CHECK(fullest[0]["open"] == 7);
}

TEST_CASE("a number means the process that has it now, not an earlier one") {
  Published published;
  const Process earlier = born(1, 10, 500), now = born(2, 10, 900);
  const Process child_of_earlier = born(3, 11, 600, 10), child_of_now = born(4, 12, 950, 10);
  for (const Process& one : {earlier, now, child_of_earlier, child_of_now}) {
    add(published.model, one);
    published.findings.push_back(finding("f-" + std::to_string(one.serial), one, "fd-leak"));
    published.model.connections.push_back(connection(one.serial, one, Role::client, TcpState::established));
    PoolFigures pool;
    pool.key = {one.serial, address("7", 80)};
    pool.opened = one.serial;
    published.pools.push_back(pool);
  }
  published.model.serial_by_pid[10] = now.serial;
  std::set<std::string> ids;
  const Json findings = data_of(ask(api_findings, published, {{"pid", "10"}}))["findings"];
  for (const Json& row : findings) ids.insert(row["id"].get<std::string>());
  CHECK(ids == std::set<std::string>{"f-2", "f-4"});
  const Json connections = data_of(ask(api_connections, published, {{"pid", "10"}}))["connections"];
  REQUIRE(connections.size() == 1);
  CHECK(connections[0]["id"] == 2);
  const Json pools = data_of(ask(api_pools, published, {{"pid", "10"}}))["pools"];
  REQUIRE(pools.size() == 1);
  CHECK(pools[0]["opened"] == 2);
}

TEST_CASE("of a number whose process is gone, the last that had it is meant; an exec changes nothing") {
  Published published;
  const Process first = born(1, 10, 500), last = born(2, 10, 900), last_after_exec = born(3, 10, 900);
  for (const Process& one : {first, last, last_after_exec})
    published.findings.push_back(finding("f-" + std::to_string(one.serial), one, "fd-leak"));
  CHECK(data_of(ask(api_findings, published, {{"pid", "10"}}))["findings"].size() == 2);
}

TEST_CASE("findings that had no room are told by user") {
  Published published;
  published.findings_without_room = {{1000, 85}, {unknown_user, 1}};
  const Json data = data_of(ask(api_findings, published, {}));
  CHECK(data["findings"].empty());
  CHECK(data["without_room"] == Json::parse(R"([{"uid":1000,"findings":85},{"uid":null,"findings":1}])"));
}
