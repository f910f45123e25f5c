#include "agent/reader/child_reader.h"

#include <linux/capability.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <iterator>
#include <memory>
#include <utility>

#include "agent/proc/process_facts.h"
#include "agent/reader/codec.h"
#include "agent/reader/evidence_codec.h"
#include "agent/reader/own_command.h"
#include "agent/reader/unread.h"
#include "agent/sandbox/capabilities.h"

namespace sockwarden {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_jobs = 1024;
/// Of processes that were told to end and cannot, each with the memory that it may have.
constexpr std::size_t most_ended = 4;
constexpr std::chrono::minutes after_no_start{1};

Subject subject_of(std::uint32_t pid, std::uint64_t start_ticks) {
  const OwnedFd process = open_process(pid);
  return {pid, start_ticks, process ? read_user(process.get()) : std::nullopt};
}

}  // namespace

std::vector<std::string> reader_command_line() {
  std::vector<std::string> command = own_command();
  command.emplace_back("reader");
  return command;
}

ChildReader::ChildReader(ReaderSettings settings)
    : settings_(std::move(settings)), stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

ChildReader::~ChildReader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto told = ::write(stop_.get(), &one, sizeof(one));
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

template <typename One>
bool ChildReader::keep(std::vector<One>& kept, std::optional<One> answer) {
  if (!answer) return false;
  const std::lock_guard lock(mutex_);
  kept.push_back(std::move(*answer));
  return true;
}

bool ChildReader::ask(StackQuestion question) {
  return enqueue({.subject = subject_of(question.pid, question.start_ticks),
                  .text = [question] { return encode(question); },
                  .take =
                      [this, question](const Answer& answer) {
                        return keep(names_, answer ? decode_stack_names(*answer, question)
                                                   : unread_stack(question, answer.error()));
                      }});
}

bool ChildReader::ask(WaitQuestions questions) {
  if (questions.all.empty()) return true;
  const auto asked = std::make_shared<const WaitQuestions>(std::move(questions));
  const Question& first = asked->all.front();
  return enqueue({.subject = subject_of(first.pid, first.start_ticks),
                  .text = [asked] { return encode(*asked); },
                  .take =
                      [this, asked](const Answer& answer) {
                        return keep(evidence_, answer ? decode_evidence(*answer, asked->all)
                                                      : unread_waits(asked->all, answer.error()));
                      }});
}

bool ChildReader::ask(FamilyQuestion question) {
  return enqueue({.subject = subject_of(question.pid, question.start_ticks),
                  .text = [question] { return encode(question); },
                  .take =
                      [this, question](const Answer& answer) {
                        auto family = answer ? decode_family(*answer) : ProgramFamily();
                        if (!family) return false;
                        return keep(families_, std::optional(FamilyAnswer{question.process, std::move(*family)}));
                      }});
}

bool ChildReader::enqueue(Job job) {
  const std::lock_guard lock(mutex_);
  if (jobs_.size() >= most_jobs) return false;
  jobs_.push_back(std::move(job));
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
  return true;
}

std::vector<StackNames> ChildReader::take_names() {
  const std::lock_guard lock(mutex_);
  return std::exchange(names_, {});
}

void ChildReader::wait(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, longest, [this] { return jobs_.empty() && !working_; });
}

std::vector<Evidence> ChildReader::take_evidence() {
  std::vector<std::vector<Evidence>> answers;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(evidence_);
  }
  std::vector<Evidence> all;
  for (auto& answer : answers) std::move(answer.begin(), answer.end(), std::back_inserter(all));
  return all;
}

std::vector<FamilyAnswer> ChildReader::take_families() {
  const std::lock_guard lock(mutex_);
  return std::exchange(families_, {});
}

ReaderHealth ChildReader::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

void ChildReader::run() {
  (void)keep_capabilities({CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH});  // which the process takes over from this thread
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (jobs_.empty()) {
      const bool woken =
          changed_.wait_for(lock, settings_.idle_for_long, [this] { return stopping_ || !jobs_.empty(); });
      if (woken) continue;
      process_.reset();
      static_cast<void>(ended_.remaining());
      continue;
    }
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    working_ = true;
    lock.unlock();
    work(job);
    lock.lock();
    working_ = false;
    changed_.notify_all();
  }
  process_.reset();
}

void ChildReader::work(const Job& job) {
  if (const auto against = offenders_.reason_against(job.subject, Clock::now())) {
    job.take(tl::unexpected(*against));
    const std::lock_guard lock(mutex_);
    ++health_.refused;
    return;
  }
  if (const auto there = have_process(); !there) return fail(job, there.error(), Fault::reader);
  const Patience patience{.deadline = Clock::now() + settings_.deadline, .cancel = stop_.get()};
  const Answer answer = process_->ask(job.text(), patience);
  if (!answer) return fail(job, answer.error(), Fault::subject);
  if (!job.take(answer)) return fail(job, "the reader's answer makes no sense", Fault::subject);
  const std::lock_guard lock(mutex_);
  ++health_.answered;
}

tl::expected<void, std::string> ChildReader::have_process() {
  if (process_ && process_->has_left()) process_.reset();
  if (process_) return {};
  if (ended_.remaining() >= most_ended) return tl::unexpected(std::string("former readers hang in the kernel"));
  if (Clock::now() < next_start_) return tl::unexpected(no_start_);
  {
    const std::lock_guard lock(mutex_);
    ++health_.started;
  }
  auto process = ReaderProcess::start(settings_.command,
                                      {.deadline = Clock::now() + settings_.deadline, .cancel = stop_.get()}, ended_);
  if (!process) {
    no_start_ = process.error();
    next_start_ = Clock::now() + after_no_start;
    return tl::unexpected(no_start_);
  }
  process_.emplace(std::move(*process));
  return {};
}

void ChildReader::fail(const Job& job, const std::string& reason, Fault fault) {
  process_.reset();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    ++health_.failed;
  }
  job.take(tl::unexpected(reason));
  if (fault == Fault::reader && reason == last_reason_) return;  // said once
  last_reason_ = reason;
  if (fault == Fault::reader) {
    spdlog::error("other processes cannot be read: {}", reason);
    return;
  }
  offenders_.add(job.subject, reason, Clock::now());
  spdlog::warn("pid {} could not be read: {}; it is left alone for {} minutes", job.subject.pid, reason,
               Offenders::memory.count());
}

}  // namespace sockwarden
