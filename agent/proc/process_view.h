// One process as it stands: its threads' waits, its descriptors, its memory. Read when first asked, then kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/proc/descriptor_text.h"
#include "agent/proc/file_text.h"
#include "agent/proc/process_files.h"
#include "agent/proc/process_text.h"
#include "agent/proc/system_call.h"
#include "agent/proc/target_file.h"

namespace sockwarden {

/// Why nothing can be said of a process.
enum class ViewFailure {
  none,
  gone,
  foreign_word_size,  ///< a 32-bit program, whose calls are numbered otherwise
  not_permitted,      ///< to see what its threads wait for
  not_shown,          ///< this kernel does not tell what threads wait for
};

/// A timer that no thread shows.
enum class HiddenTimer {
  none,
  posix,               ///< the process has one
  unreadable_signals,  ///< its signal handlers could not be read
  alarm,               ///< it catches SIGALRM, so an alarm may be set
  interrupts,          ///< it catches SIGVTALRM, by which some runtimes interrupt a blocked thread
};

/// What signals are to a program's runtime, so that they are no evidence of a timer of the program.
enum class OwnSignals {
  none,
  all,         ///< it catches every one
  interrupts,  ///< it catches them, and interrupts its own threads by SIGVTALRM, for which it has a POSIX timer
};

class ProcessView {
 public:
  struct Thread {
    std::uint32_t id = 0;
    SystemCall call;
    ThreadWait wait;
    /// Blocked, but in no system call: by a page fault, for example.
    [[nodiscard]] bool is_outside_calls() const { return call.state == SystemCall::State::outside; }
  };
  static constexpr std::size_t most_threads = 4096;

  /// A process by pid, and by start if that is not 0.
  explicit ProcessView(std::uint32_t pid, std::uint64_t start_ticks = 0, std::size_t thread_limit = most_threads);

  /// Why nothing can be said of it.
  [[nodiscard]] ViewFailure failure() const { return failure_; }
  [[nodiscard]] std::uint32_t pid() const { return pid_; }
  [[nodiscard]] const std::vector<Thread>& threads() const { return threads_; }
  [[nodiscard]] std::size_t thread_count() const { return thread_count_; }  ///< also those beyond the limit

  /// The number that a thread has for itself: in a PID namespace of its own another than here; 0 = cannot be read.
  [[nodiscard]] std::uint32_t own_number(std::uint32_t thread) const;
  /// Whether a thread has this number for itself now, also one that has begun since.
  [[nodiscard]] bool has_own_number(std::uint32_t number) const;

  /// What a descriptor refers to.
  [[nodiscard]] DescriptorTarget target(std::uint32_t fd);
  [[nodiscard]] DescriptorText descriptor(std::uint32_t fd) const;
  [[nodiscard]] bool refers_to(std::uint32_t fd, std::uint64_t socket_inode);
  /// How many descriptors refer to it.
  [[nodiscard]] std::size_t count_of(const DescriptorTarget& target);

  /// Descriptor numbers of epoll instances, found among all descriptors.
  [[nodiscard]] const std::vector<std::uint32_t>& epolls();

  /// The entries of an epoll instance.
  [[nodiscard]] const std::vector<EpollEntry>& watched(std::uint32_t epoll);

  /// A descriptor's entry there, by number and, where both are known, by inode.
  [[nodiscard]] std::optional<EpollEntry> entry(std::uint32_t epoll, std::optional<std::uint32_t> fd,
                                                std::uint64_t inode);

  /// Inode number that eventfd, timerfd and epoll share; 0 = unknown.
  [[nodiscard]] std::uint64_t anonymous_inode(std::uint32_t epoll) const;

  [[nodiscard]] bool read_memory(std::uint64_t address, void* to, std::size_t size) const;
  /// The same as a value, to be used while this lives.
  [[nodiscard]] ReadMemory memory() const {
    return [this](std::uint64_t address, void* to, std::size_t size) { return read_memory(address, to, size); };
  }

  /// Whether every thread still waits in the very call that was seen: then there was a moment when all did at once.
  [[nodiscard]] bool unmoved() const;

  [[nodiscard]] HiddenTimer hidden_timer(OwnSignals own) const;

  [[nodiscard]] const std::vector<std::uint32_t>& children();
  [[nodiscard]] TargetPath executable() const { return {"/proc/" + std::to_string(pid_) + "/exe", ""}; }

  /// The files that it has mapped now.
  [[nodiscard]] ProcessFiles files() const { return {pid_, directory_.get()}; }

  /// The open files whose names end so.
  [[nodiscard]] std::vector<TargetPath> open_files(std::string_view suffix) const;

 private:
  [[nodiscard]] std::optional<SystemCall> call_of(std::uint32_t thread) const;
  void read_threads(std::size_t thread_limit);
  [[nodiscard]] bool foreign_word_size() const;

  std::uint32_t pid_;
  OwnedFd directory_;
  ViewFailure failure_ = ViewFailure::none;
  std::vector<Thread> threads_;
  std::size_t thread_count_ = 0;
  std::unordered_map<std::uint32_t, DescriptorTarget> targets_;
  std::optional<std::vector<std::uint32_t>> epolls_;
  std::optional<std::vector<std::uint32_t>> children_;
  struct Watched {
    std::vector<EpollEntry> entries;
    std::unordered_multimap<std::uint32_t, std::size_t> by_fd;
  };
  std::unordered_map<std::uint32_t, Watched> watched_;
  Watched& read_watched(std::uint32_t epoll);
};

}  // namespace sockwarden
