#include "agent/cli/agent_flag.h"

#include "agent/cli/setting_flags.h"

namespace sockwarden {
namespace {

constexpr const char* standard_agent = "http://127.0.0.1:10180";

}  // namespace

void AgentFlag::declare(CLI::App& app) {
  app.add_option("--agent", given,
                 std::string("ask the agent at this URL; otherwise $SOCKWARDEN_AGENT, or ") + standard_agent)
      ->type_name("");
}

std::string AgentFlag::url() const {
  if (!given.empty()) return given;
  const auto environment = process_environment();
  const auto named = environment.find("SOCKWARDEN_AGENT");
  return named == environment.end() || named->second.empty() ? standard_agent : named->second;
}

}  // namespace sockwarden
