#include "agent/runtimes/go.h"

#include "agent/runtimes/go_deadlines.h"

namespace sockwarden {
namespace {

std::string in_words(const GoCall& call) {
  const auto slash = call.file.rfind('/');
  return call.function + " " + call.file.substr(slash == std::string::npos ? 0 : slash + 1) + ":" +
         std::to_string(call.line);
}

std::string in_words(const Goroutine& goroutine) { return "goroutine " + std::to_string(goroutine.id); }

std::vector<std::string> frames_of(const Goroutine& goroutine, const GoOwnCode& own) {
  std::vector<std::string> texts;
  bool begun = own.first_of(goroutine) == nullptr;
  for (const auto& frame : goroutine.frames) {
    for (const auto& call : frame.calls) {
      begun = begun || own.has(call);
      if (begun && texts.size() < Runtime::most_frames) texts.push_back(in_words(call));
    }
  }
  return texts;
}

}  // namespace

RuntimeWords GoRuntime::words() const {
  return {.name = "Go", .key = "go", .release = binary_->release, .housekeeping = ""};
}

// Go's sysmon is the one thread of its runtime that waits in a futex with a time limit: half of the forced collection's
// period, 60 s, or less if a timer is due before (src/runtime/proc.go). Exactly 60 s is therefore no timer. A sysmon
// that sleeps for microseconds means that some goroutine runs, and counts as evidence of a timer.
bool GoRuntime::is_own_thread(const Thread& thread) {
  if (monitor_) return monitor_ == thread.id;
  const auto& wait = thread.wait;
  if (wait.kind != ThreadWait::Kind::futex || wait.limit.kind != WaitLimit::Kind::finite) return false;
  if (wait.limit.length != std::chrono::seconds(60) && !(timers() && timers()->all_stopped)) return false;
  monitor_ = thread.id;
  return true;
}

// A timer that was stopped stays in its heap until it would have been due, and Go's poller wakes for it.
std::optional<TimerEffect> GoRuntime::pending_timers(const Thread& thread) {
  if (!timers() || !timers()->all_stopped || thread.wait.fds.empty()) return std::nullopt;
  if (thread.wait.fds.front() != go_poller(process_.memory(), *binary_->timer_heaps)) return std::nullopt;
  return TimerEffect::nothing;
}

const std::optional<GoTimers>& GoRuntime::timers() {
  if (!timers_read_ && binary_->timer_heaps) timers_ = read_go_timers(process_.memory(), *binary_->timer_heaps);
  timers_read_ = true;
  return timers_;
}

std::optional<std::chrono::nanoseconds> GoRuntime::last_timer() {
  if (!timers()) return std::nullopt;
  return timers()->all_stopped ? std::chrono::nanoseconds(0) : timers()->last_due - monotonic_time();
}

std::optional<Deadline> GoRuntime::deadline(const Question& question) {
  const auto found = find_go_deadlines(process_, *binary_, question.fd, question.inode);
  if (!found) return std::nullopt;
  const auto deadline_ns = question.direction == WaitDirection::receive ? found->read_ns : found->write_ns;
  Deadline deadline;
  deadline.fd = found->fd;
  // A server of net/http sets every timeout of HTTP/1 on the descriptor. Clients, HTTP/2 and others also use timers.
  deadline.only = question.serves_http_1;
  if (deadline_ns < 0) deadline.state = Deadline::State::passed;
  if (deadline_ns > 0) {
    deadline.state = Deadline::State::ahead;
    deadline.left = std::chrono::nanoseconds(deadline_ns) - monotonic_time();
  }
  return deadline;
}

const GoRuntime::Look* GoRuntime::look() {
  if (looked_) return look_.get();
  looked_ = true;
  auto goroutines = binary_->module ? GoGoroutines(memory_, *binary_->module).read() : std::nullopt;
  if (!goroutines) return nullptr;
  // Where a vector is moved to, its elements stay where they are.
  GoHandlers handlers(*goroutines, *binary_->module);
  auto parties = lock_parties(*goroutines, own_, monotonic_time());
  look_ = std::make_unique<const Look>(Look{std::move(*goroutines), std::move(handlers), std::move(parties)});
  return look_.get();
}

std::optional<TaskWait> GoRuntime::serving_task(const Question& question) {
  if (!question.serves_http_1 || look() == nullptr) return std::nullopt;
  const auto found = find_go_deadlines(process_, *binary_, question.fd, question.inode);
  const Goroutine* handler = found ? look_->handlers.find(found->reader, memory_) : nullptr;
  if (handler == nullptr) return std::nullopt;
  TaskWait wait;
  wait.task = in_words(*handler);
  wait.waits_for = handler->waits_for;
  wait.for_lock = waits_for_lock(*handler, own_);
  wait.frames = frames_of(*handler, own_);
  if (!wait.for_lock) return wait;
  if (const auto* holder = locks_.holder({question.pid, question.start_ticks}, *handler, look_->parties)) {
    const auto* call = own_.first_of(*holder);
    wait.holder = in_words(*holder) + (call != nullptr ? " (" + in_words(*call) + ")" : "");
  }
  return wait;
}

}  // namespace sockwarden
