// What is read of other processes beyond what the kernel tells of them: the files that they have mapped, and their
// memory. All of it is the processes' own making, so that an answer may come late, or never.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/contract/evidence.h"
#include "agent/contract/program_family.h"
#include "agent/contract/question.h"
#include "agent/contract/reader_health.h"

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

/// What is asked of one process about its waits.
struct WaitQuestions {
  std::vector<Question> all;
  /// Of the TCP sockets that it, its family, and those who share its connections have: whether SO_RCVTIMEO or
  /// SO_SNDTIMEO is set, by inode.
  std::unordered_map<std::uint64_t, bool> sockets;
};

/// What a process is written in.
struct FamilyQuestion {
  std::uint32_t process = 0;  ///< serial, handed back
  std::uint32_t pid = 0;
  std::uint64_t start_ticks = 0;
};
struct FamilyAnswer {
  std::uint32_t process = 0;
  ProgramFamily family;  ///< empty where nothing can be said
};

class TargetReader {
 public:
  TargetReader() = default;
  TargetReader(const TargetReader&) = delete;
  TargetReader& operator=(const TargetReader&) = delete;
  virtual ~TargetReader() = default;

  /// False: there is no room for it now, and it may be asked again later. Never waits.
  virtual bool ask(StackQuestion question) = 0;
  virtual bool ask(WaitQuestions questions) = 0;
  virtual bool ask(FamilyQuestion question) = 0;

  /// The answers that have come since.
  [[nodiscard]] virtual std::vector<StackNames> take_names() = 0;
  /// One for each question, also where it could not be read.
  [[nodiscard]] virtual std::vector<Evidence> take_evidence() = 0;
  [[nodiscard]] virtual std::vector<FamilyAnswer> take_families() = 0;

  /// Waits until all that was asked is answered, or this long.
  virtual void wait(std::chrono::milliseconds longest) = 0;

  [[nodiscard]] virtual ReaderHealth health() const = 0;
};

}  // namespace sockwarden
