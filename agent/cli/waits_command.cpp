#include <iostream>
#include <memory>

#include "agent/cli/agent_client.h"
#include "agent/cli/agent_flag.h"
#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/display.h"
#include "agent/cli/output_format.h"
#include "agent/cli/query_text.h"
#include "agent/cli/waits_table.h"

namespace sockwarden {
namespace {

constexpr std::size_t page_columns = 80;

struct Flags {
  OutputFormat format;
  AgentFlag agent;
  std::string pid, service, verdict;
};

int run(const Flags& flags) {
  const auto access = flags.agent.access();
  if (!access) return complain(access.error(), exit_usage);
  const std::string query = query_text({{"verdict", flags.verdict}, {"pid", flags.pid}, {"service", flags.service}});
  const auto data = ask_agent(*access, "/api/v1/waits" + query);
  if (!data) return complain(data.error(), exit_runtime);
  if (flags.format.json()) {
    std::cout << data->dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    return exit_good;
  }
  const Json waits = data->value("waits", Json::array());
  if (waits.empty()) {
    std::cout << "Nothing waits longer than its threshold.\n";
    return exit_good;
  }
  const std::size_t terminal = terminal_columns();
  std::cout << waits_table(waits, terminal == 0 ? page_columns : terminal);
  return exit_good;
}

}  // namespace

Command waits_command() {
  return {"waits", "Show what waits longer than its threshold, and what is known of a time limit",
          "  sockwarden waits\n"
          "  sockwarden waits --verdict unproven\n"
          "  sockwarden waits --pid 4242 --format json\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            flags->agent.declare(app);
            app.add_option("--pid", flags->pid, "of this process alone")
                ->type_name("PID")
                ->check(CLI::Range(1U, 1U << 22U));
            app.add_option("--service", flags->service, "of the service of this name")->type_name("");
            app.add_option("--verdict", flags->verdict, "limited, unproven or proven")
                ->type_name("")
                ->check(CLI::IsMember({"limited", "unproven", "proven"}));
            flags->format.declare(app);
            return [flags] { return run(*flags); };
          }};
}

}  // namespace sockwarden
