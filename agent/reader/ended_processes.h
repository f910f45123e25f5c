// Child processes that were told to end. One that is stuck in the kernel cannot die yet, so nobody waits for it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <vector>

namespace sockwarden {

class EndedProcesses {
 public:
  void add(pid_t pid);

  /// How many are not gone yet.
  [[nodiscard]] std::size_t remaining();

 private:
  std::vector<pid_t> pids_;
};

}  // namespace sockwarden
