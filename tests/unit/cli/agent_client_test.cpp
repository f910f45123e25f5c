#include "agent/cli/agent_client.h"

#include <catch2/catch.hpp>

#include "agent/cli/agent_flag.h"
#include "agent/cli/query_text.h"
#include "tests/unit/publish/certificates.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

/// With TLS and a password.
struct ClosedServer {
  Folder folder;
  std::unique_ptr<RunningServer> web;

  ClosedServer() {
    make_authority(folder, "authority");
    make_authority(folder, "another");
    make_certificate(folder, "server", "authority");
    const std::string users = std::string("basic_auth_users:\n  ann: ") + hash_of_right + "\n";
    web = std::make_unique<RunningServer>(folder.write("web.yml", tls_config("server", users)));
    web->snapshot->publish(Published{});
  }

  /// What comes of asking it; empty = an answer.
  [[nodiscard]] std::string complaint(const std::string& authority, const std::string& password) const {
    AgentFlag flag;
    flag.given = web->url;
    flag.ca_file = folder.file(authority + ".pem");
    flag.username = "ann";
    flag.password_file = folder.write("password", password);
    const auto access = flag.access();
    if (!access) return access.error().message();
    const auto answer = ask_agent(*access, "/api/v1/findings");
    return answer ? "" : answer.error().message();
  }
};

}  // namespace

TEST_CASE("an agent with TLS and a password answers who trusts its authority and has the password") {
  const ClosedServer server;
  CHECK(server.complaint("authority", "right\n") == "");
  CHECK(server.complaint("authority", "wrong\n").find("--password-file") != std::string::npos);
  CHECK(server.complaint("another", "right\n").find("certificate") != std::string::npos);
}

TEST_CASE("a password file that is missing or empty is said, not taken for no password") {
  const ClosedServer server;
  CHECK(server.complaint("authority", "").find("one line") != std::string::npos);
  AgentFlag flag;
  flag.password_file = server.folder.file("none");
  REQUIRE_FALSE(flag.access());
  CHECK(flag.access().error().message().find("--password-file") != std::string::npos);
}

TEST_CASE("filters are encoded, and those that are empty left out") {
  CHECK(query_text({}).empty());
  CHECK(query_text({{"pid", ""}, {"service", "php-fpm pool www"}, {"class", "fd-leak"}}) ==
        "?service=php-fpm%20pool%20www&class=fd-leak");
  CHECK(query_text({{"service", "a&b=\xC3\xA9"}}) == "?service=a%26b%3D%C3%A9");
}
