#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "agent/cli/agent_client.h"
#include "agent/cli/agent_flag.h"
#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/display.h"
#include "agent/cli/findings_text.h"
#include "agent/cli/output_format.h"
#include "agent/cli/query_text.h"
#include "agent/cli/signals.h"

namespace sockwarden {
namespace {

constexpr auto watch_interval = std::chrono::seconds(1);

struct Flags {
  OutputFormat format;
  AgentFlag agent;
  std::string pid, service, class_name, state = "active";
  bool watch = false;
};

std::string path_of(const Flags& flags, const std::string& state) {
  return "/api/v1/findings" +
         query_text({{"state", state}, {"pid", flags.pid}, {"service", flags.service}, {"class", flags.class_name}});
}

tl::expected<Json, Error> ask(const Flags& flags, const std::string& state) {
  const auto access = flags.agent.access();
  if (!access) return tl::unexpected(access.error());
  auto data = ask_agent(*access, path_of(flags, state));
  if (!data) return tl::unexpected(data.error());
  return data->contains("findings") && (*data)["findings"].is_array() ? (*data)["findings"] : Json::array();
}

int once(const Flags& flags) {
  const auto findings = ask(flags, flags.state);
  if (!findings) return complain(findings.error(), exit_runtime);
  if (flags.format.json()) {
    std::cout << Json{{"findings", *findings}}.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    std::cout << findings_text(*findings, terminal_columns());
  }
  return exit_good;
}

/// One line, or one object, for each finding that begins or ends.
void tell(const Flags& flags, const Json& finding) {
  if (flags.format.json()) {
    std::cout << text_of(finding) << std::endl;
    return;
  }
  const bool active = finding.value("state", "") == "active";
  const std::string time = active ? finding.value("first_seen", "") : finding.value("resolved_at", "");
  std::string line = time.size() >= 19 ? time.substr(11, 8) : time;
  line += active ? "  " : "  resolved: ";
  if (active && finding.contains("muted") && finding["muted"].is_object()) line += "muted: ";
  line += title_of(finding) + ", pid " + std::to_string(finding["process"].value("pid", 0U)) + " (" +
          printable(finding["process"].value("service", "")) + ")";
  if (active) line += ": " + printable(finding.value("summary", ""));
  std::cout << line << std::endl;
}

int watch(const Flags& flags) {
  const Signals signals;
  std::map<std::string, std::string> known;  // state by id
  do {
    const auto findings = ask(flags, "all");
    if (!findings) return complain(findings.error(), exit_runtime);
    const bool first = known.empty();
    for (auto finding = findings->rbegin(); finding != findings->rend(); ++finding) {
      const std::string state = finding->value("state", "");
      std::string& last = known[finding->value("id", "")];
      const bool news = last != state && (state == "active" || !last.empty() || (!first && flags.state != "active"));
      if (news) tell(flags, *finding);
      last = state;
    }
  } while (signals.wait(watch_interval) != SignalRequest::stop);
  return exit_good;
}

}  // namespace

Command findings_command() {
  return {"findings", "What a running agent has found",
          "  sockwarden findings --state all\n"
          "  sockwarden findings --watch --class missing-timeout\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_flag("--watch", flags->watch, "go on, and tell each finding as it begins and ends");
            app.add_option("--pid", flags->pid, "of this process and its children")
                ->type_name("")
                ->check(CLI::Range(1U, 1U << 22U));
            app.add_option("--service", flags->service, "of the service of this name")->type_name("");
            const auto is_word = [](const std::string& text) {
              const bool word = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos;
              return word ? std::string() : "\"" + text + "\" is no class, see sockwarden explain";
            };
            app.add_option("--class", flags->class_name, "of this class, such as missing-timeout")
                ->type_name("")
                ->check(is_word);
            app.add_option("--state", flags->state, "active, resolved or all (active)")
                ->type_name("")
                ->check(CLI::IsMember({"active", "resolved", "all"}));
            flags->agent.declare(app);
            flags->format.declare(app);
            return [flags] { return flags->watch ? watch(*flags) : once(*flags); };
          }};
}

}  // namespace sockwarden
