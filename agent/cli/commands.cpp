#include "agent/cli/command.h"

namespace sockwarden {

std::vector<Command> commands() { return {agent_command(), doctor_command(), connections_command(), pools_command()}; }

}  // namespace sockwarden
