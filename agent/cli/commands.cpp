#include "agent/cli/command.h"

namespace sockwarden {

std::vector<Command> commands() {
  return {agent_command(),  check_command(),   run_command(),   findings_command(), connections_command(),
          pools_command(),  waits_command(),   top_command(),   explain_command(),  doctor_command(),
          config_command(), version_command(), reader_command()};
}

}  // namespace sockwarden
