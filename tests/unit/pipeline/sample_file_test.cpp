#include "tests/twin/sample_file.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>

#include "tests/twin/abi_json.h"
#include "tests/unit/pipeline/watched_host.h"

using namespace sockwarden;
using namespace sockwarden::testing;
using Catch::Matchers::Contains;

namespace {

template <class Row>
bool same(const std::vector<Row>& left, const std::vector<Row>& right) {
  if (left.size() != right.size() || left.empty()) return left.size() == right.size();
  return std::memcmp(left.data(), right.data(), left.size() * sizeof(Row)) == 0;
}

}  // namespace

TEST_CASE("samples are read from a file as they were written") {
  const auto samples = captured("leaking");
  const auto path = std::filesystem::temp_directory_path() / ("samples-" + std::to_string(::getpid()));
  write_samples(path, samples);
  const auto again = read_samples(path);
  std::filesystem::remove(path);
  REQUIRE(again.size() == samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CHECK(again[i].time == samples[i].time);
    CHECK(same(again[i].live, samples[i].live));
    CHECK(same(again[i].closed, samples[i].closed));
    REQUIRE(again[i].processes.size() == samples[i].processes.size());
    for (std::size_t row = 0; row < samples[i].processes.size(); ++row)
      CHECK(std::memcmp(&again[i].processes[row].process, &samples[i].processes[row].process, sizeof(sw_process)) == 0);
    REQUIRE(again[i].endpoints.size() == samples[i].endpoints.size());
    for (std::size_t row = 0; row < samples[i].endpoints.size(); ++row)
      CHECK(std::memcmp(&again[i].endpoints[row].totals, &samples[i].endpoints[row].totals, sizeof(sw_totals)) == 0);
    CHECK(again[i].losses == samples[i].losses);
    CHECK(again[i].facts.size() == samples[i].facts.size());
    CHECK(again[i].descriptors.size() == samples[i].descriptors.size());
  }
}

TEST_CASE("each field of a record is read as it was written, also where all its bits are set") {
  sw_connection full;
  std::memset(static_cast<void*>(&full), 0xff, sizeof full);
  std::memset(full.record.wire.text, 'x', sizeof full.record.wire.text);  // text
  const AbiJson abi;
  const auto again = abi.read<sw_connection>("sw_connection", abi.write("sw_connection", full));
  CHECK(std::memcmp(&again, &full, sizeof full) == 0);
}

TEST_CASE("a capture with a field that the record no longer has is refused by its name") {
  const AbiJson abi;
  CHECK_THROWS_WITH(abi.read<sw_connection>("sw_connection", {{"record", {{"turns", 3}}}}),
                    Contains("sw_connection.record has no field turns any more") && Contains("capture again"));
}

TEST_CASE("a capture with a number that its field cannot hold is refused") {
  const AbiJson abi;
  CHECK_THROWS_AS(abi.read<sw_connection>("sw_connection", {{"record", {{"role", 256}}}}), StaleCapture);
}

TEST_CASE("a capture that does not end as it began is not repeated") {
  Recording leak(captured("leaking"));
  while (!leak.ended()) leak.next_for_ever();
  CHECK_THROWS_WITH(leak.next_for_ever(), Contains("not to be repeated"));
}

TEST_CASE("a whole record has every field, of the union that of its protocol alone, and is refused without one") {
  const AbiJson abi;
  sw_connection told{};
  sw_flow& flow = told.record.wire.flow[SW_INGRESS];
  flow.protocol = SW_PROTOCOL_POSTGRESQL;
  flow.postgresql.transaction = SW_TRANSACTION_OPEN;
  Json json = abi.write("sw_connection", told, Fields::all);
  CHECK(json["record"]["exchanges"] == 0);
  Json& ingress = json["record"]["wire"]["flow"]["0"];
  CHECK(ingress["postgresql"]["transaction"] == SW_TRANSACTION_OPEN);
  CHECK_FALSE(ingress.contains("http"));
  CHECK_NOTHROW(abi.read<sw_connection>("sw_connection", json, Fields::all));

  SECTION("a field of the struct") {
    json["socket"].erase("state");
    CHECK_THROWS_WITH(abi.read<sw_connection>("sw_connection", json, Fields::all),
                      Contains("sw_connection.socket lacks the field state") && Contains("capture again"));
  }
  SECTION("the member of its protocol") {
    ingress.erase("postgresql");
    CHECK_THROWS_WITH(abi.read<sw_connection>("sw_connection", json, Fields::all),
                      Contains("sw_connection.record.wire.flow[0] lacks the field postgresql"));
  }
  SECTION("and with the member of another") {
    ingress["http"] = {{"status", 200}};
    CHECK_THROWS_WITH(abi.read<sw_connection>("sw_connection", json),
                      Contains("sw_connection.record.wire.flow[0] has http of another protocol"));
  }
}
