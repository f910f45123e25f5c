// The process that reads, as its parent holds it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "agent/proc/file_text.h"
#include "agent/reader/ended_processes.h"
#include "agent/reader/message.h"

namespace sockwarden {

/// The descriptor under which it finds its socket.
inline constexpr int reader_socket = 3;

class ReaderProcess {
 public:
  /// Starts it, and waits for its greeting. The error is for people. `ended` takes it over in the end.
  [[nodiscard]] static tl::expected<ReaderProcess, std::string> start(const std::vector<std::string>& command,
                                                                      const Patience& patience, EndedProcesses& ended);
  ReaderProcess(ReaderProcess&& other) noexcept;
  ReaderProcess& operator=(ReaderProcess&&) = delete;
  ~ReaderProcess();

  /// Whether it has ended by itself, as it does when it is used up.
  [[nodiscard]] bool has_left() const;

  /// The error is for people. After one it is of no more use.
  [[nodiscard]] tl::expected<std::string, std::string> ask(std::string_view text, const Patience& patience);

 private:
  ReaderProcess(pid_t pid, OwnedFd socket, EndedProcesses& ended)
      : pid_(pid), socket_(std::move(socket)), ended_(ended) {}
  [[nodiscard]] std::string reason_of(MessageFailure failure) const;

  pid_t pid_ = -1;
  OwnedFd socket_;
  EndedProcesses& ended_;
};

}  // namespace sockwarden
