// Reads other processes in a process of its own, which may fail, hang or be taken over without harm to this one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/contract/target_reader.h"
#include "agent/reader/ended_processes.h"
#include "agent/reader/offenders.h"
#include "agent/reader/reader_process.h"

namespace sockwarden {

/// `sockwarden reader`, of this very program.
[[nodiscard]] std::vector<std::string> reader_command_line();

struct ReaderSettings {
  std::vector<std::string> command = reader_command_line();
  std::chrono::milliseconds deadline{5'000};        ///< of one question
  std::chrono::milliseconds idle_for_long{60'000};  ///< then the process ends
};

/// A thread asks the process one question after the other. The process is started with the first.
class ChildReader : public TargetReader {
 public:
  explicit ChildReader(ReaderSettings settings = {});
  ~ChildReader() override;

  bool ask(StackQuestion question) override;
  bool ask(WaitQuestions questions) override;
  bool ask(FamilyQuestion question) override;
  [[nodiscard]] std::vector<StackNames> take_names() override;
  [[nodiscard]] std::vector<Evidence> take_evidence() override;
  [[nodiscard]] std::vector<FamilyAnswer> take_families() override;
  void wait(std::chrono::milliseconds longest) override;
  [[nodiscard]] ReaderHealth health() const override;

 private:
  using Answer = tl::expected<std::string, std::string>;
  struct Job {
    Subject subject;
    std::function<std::string()> text;
    /// Takes the answer, without the lock; false where it makes no sense.
    std::function<bool(const Answer&)> take;
  };
  /// Whose fault it is that there is no answer.
  enum class Fault { subject, reader };
  bool enqueue(Job job);
  /// False where there is none.
  template <typename One>
  bool keep(std::vector<One>& kept, std::optional<One> answer);
  void run();
  void work(const Job& job);
  [[nodiscard]] tl::expected<void, std::string> have_process();
  void fail(const Job& job, const std::string& reason, Fault fault);

  const ReaderSettings settings_;
  OwnedFd stop_;  ///< readable once the thread is to end

  // Of the thread alone.
  EndedProcesses ended_;
  std::optional<ReaderProcess> process_;
  Offenders offenders_;
  std::string no_start_;     ///< why the last start failed
  std::string last_reason_;  ///< that was logged
  std::chrono::steady_clock::time_point next_start_{};

  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool working_ = false, stopping_ = false;
  std::vector<StackNames> names_;
  std::vector<std::vector<Evidence>> evidence_;
  std::vector<FamilyAnswer> families_;
  ReaderHealth health_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace sockwarden
