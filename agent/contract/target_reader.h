// What is read of other processes beyond what the kernel tells of them: the files that they have mapped, and their
// memory. All of it is the processes' own making, so that an answer may come late, or never.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sockwarden {

/// A stack of a process, to be named.
struct StackQuestion {
  std::uint32_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< of that pid; 0 = do not check
  std::uint32_t stack = 0;        ///< handed back
  std::vector<std::uint64_t> addresses;
};

struct StackNames {
  std::uint32_t pid = 0;
  std::uint32_t stack = 0;
  std::vector<std::string> frames;  ///< innermost first; empty if the process is gone
  std::string failure;              ///< "could not be read: …"; empty = it could
};

/// How reading goes.
struct ReaderHealth {
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;   ///< without an answer in time, or none that makes sense
  std::uint64_t started = 0;  ///< how often what reads was started
  std::uint64_t refused = 0;  ///< not asked, since what was asked before failed too often
};

class TargetReader {
 public:
  TargetReader() = default;
  TargetReader(const TargetReader&) = delete;
  TargetReader& operator=(const TargetReader&) = delete;
  virtual ~TargetReader() = default;

  /// False: there is no room for it now, and it may be asked again later. Never waits.
  virtual bool ask(StackQuestion question) = 0;

  /// The answers that have come since.
  [[nodiscard]] virtual std::vector<StackNames> take_names() = 0;

  /// Waits until all that was asked is answered, or this long.
  virtual void wait(std::chrono::milliseconds longest) = 0;

  [[nodiscard]] virtual ReaderHealth health() const = 0;
};

}  // namespace sockwarden
