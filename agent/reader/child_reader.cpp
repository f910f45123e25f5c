#include "agent/reader/child_reader.h"

#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "agent/proc/process_facts.h"
#include "agent/reader/codec.h"
#include "agent/reader/own_command.h"

namespace sockwarden {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_jobs = 256;
/// Of processes that were told to end and cannot, each with the memory that it may have.
constexpr std::size_t most_ended = 4;
constexpr std::chrono::minutes after_no_start{1};

Subject subject_of(std::uint32_t pid, std::uint64_t start_ticks) {
  const OwnedFd process = open_process(pid);
  return {pid, start_ticks, process ? read_user(process.get()) : std::nullopt};
}

std::string could_not(const std::string& reason) { return "could not be read: " + reason; }

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

bool ChildReader::ask(StackQuestion question) {
  Job job{.subject = subject_of(question.pid, question.start_ticks), .text = encode(question), .take = {}};
  job.take = [this, question = std::move(question)](const Answer& answer) {
    if (answer) {
      auto names = decode_stack_names(*answer, question);
      if (names) names_.push_back(std::move(*names));
      return names.has_value();
    }
    names_.push_back(
        {.pid = question.pid, .stack = question.stack, .frames = {}, .failure = could_not(answer.error())});
    return true;
  };
  return enqueue(std::move(job));
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

ReaderHealth ChildReader::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

void ChildReader::run() {
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
    const std::lock_guard lock(mutex_);
    ++health_.refused;
    job.take(tl::unexpected(*against));
    return;
  }
  if (const auto there = have_process(); !there) return fail(job, there.error(), Fault::reader);
  const Answer answer = process_->ask(job.text, {.deadline = Clock::now() + settings_.deadline, .cancel = stop_.get()});
  if (!answer) return fail(job, answer.error(), Fault::subject);
  std::unique_lock lock(mutex_);
  if (job.take(answer)) {
    ++health_.answered;
    return;
  }
  lock.unlock();
  fail(job, "the reader's answer makes no sense", Fault::subject);
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
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  ++health_.failed;
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
