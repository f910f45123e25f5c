#include "agent/detect/fix.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "agent/detect/finding_class.h"
#include "agent/detect/pages.h"

using namespace sockwarden;

namespace {

Finding finding(const std::string& class_name, const std::string& qualifier = "") {
  Finding finding;
  finding.class_name = class_name;
  finding.qualifier = qualifier;
  finding.role = Role::client;
  finding.protocol = Protocol::http_1_1;
  return finding;
}

std::set<std::string> names_in(const std::vector<Fix>& fixes, const std::string& language) {
  std::set<std::string> names;
  for (const Fix& fix : fixes)
    if (fix.language == language) names.insert(fix.of);
  return names;
}

}  // namespace

TEST_CASE("every class has a fix for whom no language is known, and no language fixes what that one does not name") {
  for (const FindingClass& one : finding_classes()) {
    INFO(one.name);
    const auto page = std::find_if(pages().begin(), pages().end(),
                                   [&](const Page& candidate) { return candidate.class_name == one.name; });
    REQUIRE(page != pages().end());
    const auto fixes = fixes_in(page->text);
    const auto general = names_in(fixes, "");
    CHECK_FALSE(general.empty());
    for (const std::string& language : fix_languages()) {
      const auto names = names_in(fixes, language);
      INFO(language);
      CHECK(std::includes(general.begin(), general.end(), names.begin(), names.end()));
    }
    for (const std::string language : {"go", "python", "node", "java", "native"}) {
      INFO(language);
      CHECK_FALSE(names_in(fixes, language).empty());
    }
  }
}

TEST_CASE("an undrained body is fixed in the words of the program's language, and in no other's") {
  const Finding undrained = finding("undrained-body");
  CHECK(fix_text(undrained, {"go", {}}) ==
        "Read the rest before the close, on every path: io.Copy(io.Discard, resp.Body); resp.Body.Close().");
  CHECK(fix_text(undrained, {"python", {}}).find("iter_content") != std::string::npos);
  CHECK(fix_text(undrained, {}).starts_with("Read each response body to its end"));
}

TEST_CASE("a library's words are for its protocol, in a program whose own code calls it") {
  Finding header = finding("missing-timeout", "header");
  CHECK(fix_text(header, {"native", {"libcurl"}}).find("CURLOPT_TIMEOUT_MS") != std::string::npos);
  CHECK(fix_text(header, {"native", {"libpq"}}).find("SO_RCVTIMEO") != std::string::npos);
  CHECK(fix_text(header, {"python", {"libcurl"}}).find("timeout=10") != std::string::npos);
  header.protocol = Protocol::postgresql;
  header.fix_for = {"postgresql"};
  CHECK(fix_text(header, {"native", {"libcurl", "libpq"}}).find("statement_timeout") != std::string::npos);
  CHECK(fix_text(header, {"java", {"pgjdbc"}}) == "Add socketTimeout=30 to the JDBC URL.");
  CHECK(fix_text(header, {"java", {}}) == "Call statement.setQueryTimeout(30).");
  CHECK(fix_text(header, {"go", {}}).find("context.WithTimeout") != std::string::npos);
}

TEST_CASE("a server is not advised in the words of a client's library") {
  Finding idle = finding("missing-timeout", "server-header");
  idle.role = Role::server;
  CHECK(fix_text(idle, {"native", {"libcurl"}}).find("accepted socket") != std::string::npos);
}

TEST_CASE("the finding's figures stand in its fix") {
  Finding churn = finding("pool-churn", "idle-limit");
  churn.fix_figures["as many as are used at once"] = "16";
  CHECK(fix_text(churn, {"go", {}}) == "Set MaxIdleConnsPerHost: 16 in the http.Transport.");
  churn.fix_for = {"idle-limit of a database"};
  CHECK(fix_text(churn, {"go", {}}) == "Call db.SetMaxIdleConns(16).");
}

TEST_CASE("figures are asked for that findings tell") {
  const std::set<std::string> told{"as many as are used at once", "twice the usual load", "the peer's limit", "type"};
  for (const Page& page : pages()) {
    for (const Fix& fix : fixes_in(page.text)) {
      INFO(page.class_name << " " << fix.language << " " << fix.of);
      for (auto at = fix.text.find('{'); at != std::string::npos; at = fix.text.find('{', at + 1)) {
        const std::string name = fix.text.substr(at + 1, fix.text.find('}', at) - at - 1);
        const bool is_code = name.find_first_of(":…") != std::string::npos || name.find(" connect") == 0;
        CHECK((is_code || told.contains(name)));
      }
    }
  }
}

TEST_CASE("a page in one language has no other's fix") {
  const Page& page = pages().front();
  const std::string go = page_in(page.text, "go");
  CHECK(go.find("## What it means") != std::string::npos);
  CHECK(go.find("```go") != std::string::npos);
  CHECK(go.find("```python") == std::string::npos);
  CHECK(go.find("### Any language") == std::string::npos);
  CHECK(page_in(page.text, "libpq").find("connect_timeout") != std::string::npos);
  CHECK(page_in(page.text, "cobol").empty());
  for (const Page& one : pages()) CHECK(page_in(one.text, "hiredis").find("### ") != std::string::npos);
}
