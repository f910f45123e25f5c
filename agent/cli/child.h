// The command that `run` watches: started only when the watch is ready.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/contract/error.h"

namespace sockwarden {

class Child {
 public:
  /// Forks; the child waits for start(). The signals that this thread blocks are not blocked in it.
  static tl::expected<Child, Error> prepare(const std::vector<std::string>& command);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Executes the command; the error is why it could not be executed.
  tl::expected<void, Error> start();
  void signal(int number) const;
  /// As a shell gives it: 128 + the number of the signal that ended it. Empty while it runs.
  [[nodiscard]] std::optional<int> status();

 private:
  Child() = default;

  std::string name_;
  pid_t pid_ = -1;
  int go_ = -1;       // closed or written: the child goes on
  int failure_ = -1;  // errno of a failed exec
  std::optional<int> status_;
};

}  // namespace sockwarden
