#include <netinet/tcp.h>

#include <catch2/catch.hpp>

#include "agent/publish/basic_auth.h"
#include "agent/publish/web_config.h"
#include "tests/unit/publish/certificates.h"
#include "tests/unit/publish/web_fixture.h"

using namespace sockwarden;
using namespace sockwarden::test;

namespace {

Outcome ask(const RunningServer& web, const std::string& options) {
  return run("curl -sS --max-time 20 " + options + " " + web.url + "/-/healthy");
}

std::string message_for(const std::string& text) {
  const Folder folder;
  const auto config = read_web_config(folder.write("web.yml", text));
  return config ? "" : config.error().message();
}

}  // namespace

TEST_CASE("with users, the right password is let in and all else is refused") {
  const Folder folder;
  const RunningServer web(folder.write("web.yml", std::string("basic_auth_users:\n  ann: ") + hash_of_right + "\n"));
  CHECK(contains(web.get("/metrics", "-u ann:right"), "200 OK"));
  CHECK(contains(web.get("/metrics", "-u ann:right"), "200 OK"));
  CHECK(contains(web.get("/metrics", "-u ann:wrong"), "401 "));
  CHECK(contains(web.get("/metrics", "-u bob:right"), "401 "));
  CHECK(contains(web.get("/-/healthy"), "WWW-Authenticate: Basic"));
}

TEST_CASE("a password remembered as right does not open the door to a wrong one") {
  BasicAuth auth(std::map<std::string, std::string>{{"ann", hash_of_right}});
  CHECK(auth.allows("ann", "right"));
  CHECK(auth.allows("ann", "right"));
  CHECK_FALSE(auth.allows("ann", "righ"));
  CHECK_FALSE(auth.allows("annr", "ight"));
  CHECK_FALSE(auth.allows("", ""));
}

TEST_CASE("without users everyone is let in") { CHECK(BasicAuth(std::map<std::string, std::string>{}).allows("", "")); }

TEST_CASE("over TLS the client sees the certificate, and plain requests are refused") {
  const Folder folder;
  make_authority(folder, "ca");
  make_certificate(folder, "server", "ca");
  const RunningServer web(folder.write("web.yml", tls_config("server")));
  CHECK(ask(web, "--cacert " + folder.file("ca.pem")).output == "sockwarden is healthy.\n");
  CHECK(ask(web, "").status != 0);
  CHECK(run("curl -sS --max-time 20 http://127.0.0.1:" + std::to_string(web.port()) + "/-/healthy").status != 0);
  CHECK(ask(web, "--tls-max 1.1 --cacert " + folder.file("ca.pem")).status != 0);
}

TEST_CASE("where client certificates are verified, the right one is let in and others are refused") {
  const Folder folder;
  for (const auto* name : {"ca", "stranger"}) make_authority(folder, name);
  make_certificate(folder, "server", "ca");
  make_certificate(folder, "friend", "ca");
  make_certificate(folder, "foe", "stranger");
  const auto with = [&](const std::string& name) {
    return "--cacert " + folder.file("ca.pem") + " --cert " + folder.file(name + ".pem") + " --key " +
           folder.file(name + ".key");
  };
  const std::string ca_only = "--cacert " + folder.file("ca.pem");
  const std::string ca_line = "  client_ca_file: ca.pem\n";
  SECTION("RequireAndVerifyClientCert") {
    const RunningServer web(
        folder.write("web.yml", tls_config("server", ca_line + "  client_auth_type: RequireAndVerifyClientCert\n")));
    CHECK(ask(web, with("friend")).status == 0);
    CHECK(ask(web, with("foe")).status != 0);
    CHECK(ask(web, ca_only).status != 0);
  }
  SECTION("VerifyClientCertIfGiven") {
    const RunningServer web(
        folder.write("web.yml", tls_config("server", ca_line + "  client_auth_type: VerifyClientCertIfGiven\n")));
    CHECK(ask(web, with("friend")).status == 0);
    CHECK(ask(web, with("foe")).status != 0);
    CHECK(ask(web, ca_only).status == 0);
  }
  SECTION("RequireAnyClientCert") {
    const RunningServer web(
        folder.write("web.yml", tls_config("server", "  client_auth_type: RequireAnyClientCert\n")));
    CHECK(ask(web, with("foe")).status == 0);
    CHECK(ask(web, ca_only).status != 0);
  }
}

TEST_CASE("a new certificate is taken over without a restart, and a broken one is not") {
  const Folder folder;
  make_authority(folder, "ca");
  make_authority(folder, "new");
  make_certificate(folder, "server", "ca");
  RunningServer web(folder.write("web.yml", tls_config("server")));
  CHECK(ask(web, "--cacert " + folder.file("ca.pem")).status == 0);
  make_certificate(folder, "server", "new");
  CHECK(soon([&] { return ask(web, "--cacert " + folder.file("new.pem")).status == 0; }));
  CHECK(ask(web, "--cacert " + folder.file("ca.pem")).status != 0);

  folder.write("server.pem", "no certificate");
  const auto outcome = web.server->reload();
  REQUIRE_FALSE(outcome.has_value());
  CHECK(contains(outcome.error().message(), "server.pem"));
  CHECK(ask(web, "--cacert " + folder.file("new.pem")).status == 0);
}

TEST_CASE("a changed password is taken over, a broken file keeps the old one and shows it") {
  const Folder folder;
  const std::string users = std::string("basic_auth_users:\n  ann: ") + hash_of_right + "\n";
  const RunningServer web(folder.write("web.yml", "{}\n"));
  CHECK(contains(web.get("/-/healthy"), "200 OK"));
  folder.write("web.yml", users);
  CHECK(soon([&] { return contains(web.get("/-/healthy"), "401 "); }));
  folder.write("web.yml", users + "nonsense: 1\n");
  CHECK(soon([&] {
    return contains(web.get("/metrics", "-u ann:right"), "sockwarden_web_config_last_reload_successful 0\n");
  }));
  CHECK(contains(web.get("/-/healthy"), "401 "));
}

TEST_CASE("headers of the web configuration are on every answer") {
  const Folder folder;
  const RunningServer web(folder.write("web.yml", "http_server_config:\n  headers:\n    X-Frame-Options: deny\n"));
  CHECK(contains(web.get("/-/healthy"), "X-Frame-Options: deny\r\n"));
  CHECK(contains(web.get("/nothing"), "X-Frame-Options: deny\r\n"));
}

TEST_CASE("a broken web configuration is refused with the line and a reason") {
  CHECK(contains(message_for("basic_auth_user:\n"), "web.yml:1: unknown key \"basic_auth_user\""));
  CHECK(contains(message_for("\nbasic_auth_users:\n  ann: plain\n"),
                 "web.yml:3: basic_auth_users.ann is no bcrypt hash"));
  CHECK(contains(message_for("tls_server_config:\n  cert_file: a\n"), "needs both cert_file and key_file"));
  CHECK(contains(message_for(tls_config("a", "  client_auth_type: Require\n")), "web.yml:4: "));
  CHECK(
      contains(message_for(tls_config("a", "  client_auth_type: RequireAndVerifyClientCert\n")), "no client_ca_file"));
  CHECK(contains(message_for(tls_config("a", "  min_version: TLS13\n  max_version: TLS12\n")), "above max_version"));
  CHECK(contains(message_for(tls_config("a", "  cipher_suites: [X]\n")), "web.yml:4: "));
  CHECK(contains(message_for("http_server_config:\n  headers:\n    Server: x\n"), "web.yml:3: "));
  CHECK(contains(message_for("{"), "web.yml"));
}

TEST_CASE("a whole web configuration is read, with paths relative to the file") {
  const Folder folder;
  const auto config = read_web_config(folder.write(
      "web.yml",
      tls_config("a", "  min_version: TLS13\n  prefer_server_cipher_suites: false\n  curve_preferences: [X25519]\n") +
          "http_server_config:\n  http2: true\n"));
  REQUIRE(config.has_value());
  CHECK(config->tls->cert_file == folder.file("a.pem"));
  CHECK(config->tls->min_version == "TLS13");
  CHECK(config->tls->curves == std::vector<std::string>{"X25519"});
  CHECK(message_for("").empty());
}
