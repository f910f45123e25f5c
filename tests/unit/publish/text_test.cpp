#include <catch2/catch.hpp>

#include "agent/publish/gzip.h"
#include "agent/publish/json.h"
#include "agent/publish/listen_address.h"
#include "agent/publish/negotiation.h"
#include "agent/publish/utf8.h"

using namespace sockwarden;

TEST_CASE("valid UTF-8 is left as it is") {
  CHECK(valid_utf8("nginx") == "nginx");
  CHECK(valid_utf8("é€😀") == "é€😀");
}

TEST_CASE("bytes that are no UTF-8 become one replacement each") {
  const std::string r = "\xEF\xBF\xBD";
  CHECK(valid_utf8("a\xff") == "a" + r);
  CHECK(valid_utf8("\xc0\xaf") == r + r);                  // overlong
  CHECK(valid_utf8("\xed\xa0\x80") == r + r + r);          // surrogate
  CHECK(valid_utf8("\xf4\x90\x80\x80") == r + r + r + r);  // beyond U+10FFFF
  CHECK(valid_utf8("\xe2\x82") == r + r);                  // cut off
  CHECK(valid_utf8(std::string("a\0b", 3)) == "a" + r + "b");
}

TEST_CASE("OpenMetrics is given to who asks for it") {
  CHECK(prefers_openmetrics("application/openmetrics-text; version=1.0.0"));
  CHECK(prefers_openmetrics(
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
      "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
}

TEST_CASE("the text format is given to all others") {
  CHECK_FALSE(prefers_openmetrics(""));
  CHECK_FALSE(prefers_openmetrics("*/*"));
  CHECK_FALSE(prefers_openmetrics("text/plain;version=0.0.4"));
  CHECK_FALSE(prefers_openmetrics("application/openmetrics-text;version=0.0.1"));
  CHECK_FALSE(prefers_openmetrics("application/openmetrics-text;q=0.1,text/plain;q=0.9"));
}

TEST_CASE("gzip is used where it is accepted") {
  CHECK(accepts_gzip("gzip"));
  CHECK(accepts_gzip("deflate, GZIP;q=0.5"));
  CHECK(accepts_gzip("*"));
  CHECK_FALSE(accepts_gzip(""));
  CHECK_FALSE(accepts_gzip("identity"));
  CHECK_FALSE(accepts_gzip("gzip;q=0, *"));
}

TEST_CASE("times are RFC 3339 in UTC with milliseconds") {
  CHECK(rfc3339(WallTime(std::chrono::nanoseconds(1'790'000'000'123'999'999))) == "2026-09-21T14:13:20.123Z");
  CHECK(json_of(std::optional<WallTime>{}).is_null());
}

TEST_CASE("JSON of bytes that are no UTF-8 does not throw") { CHECK(text_of(Json("a\xff")) == "\"a\xEF\xBF\xBD\""); }

TEST_CASE("listen addresses are read in each of their forms") {
  CHECK(parse_listen_address("127.0.0.1:80")->host == "127.0.0.1");
  CHECK(parse_listen_address("[::1]:80")->host == "::1");
  CHECK(parse_listen_address(":80")->host.empty());
  CHECK(parse_listen_address("localhost:80")->port == "80");
}

TEST_CASE("what is no listen address is refused with the form that it needs") {
  for (const char* text : {"", "80", "host", "host:", "host:http", "1.2.3.4:65536", "::1:80", "[::1]80", "[]:80"}) {
    INFO(text);
    const auto address = parse_listen_address(text);
    REQUIRE_FALSE(address.has_value());
    CHECK(address.error().message().find("write it as address:port") != std::string::npos);
  }
}
