// Runs a piece of a test in a process of its own: what a process gives up it does not get back.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace sockwarden {

/// What `body` returns, below 128; more where it ended by a signal.
inline int in_child(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace sockwarden
