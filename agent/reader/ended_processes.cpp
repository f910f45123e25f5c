#include "agent/reader/ended_processes.h"

#include <signal.h>
#include <sys/wait.h>

namespace sockwarden {

void EndedProcesses::add(pid_t pid) {
  ::kill(pid, SIGKILL);
  pids_.push_back(pid);
}

std::size_t EndedProcesses::remaining() {
  std::erase_if(pids_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
  return pids_.size();
}

}  // namespace sockwarden
