#include <exception>
#include <string>
#include <vector>

#include "agent/cli/command_line.h"
#include "agent/cli/complaint.h"

int main(int argc, char** argv) {
  try {
    return sockwarden::run_command_line(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc),
                                        sockwarden::commands());
  } catch (const std::exception& error) {
    return sockwarden::complain(std::string("an internal error: ") + error.what(), sockwarden::exit_runtime);
  }
}
