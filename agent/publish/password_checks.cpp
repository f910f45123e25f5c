#include "agent/publish/password_checks.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/sandbox/capabilities.h"

namespace sockwarden {
namespace {

constexpr int niceness = 10;

}  // namespace

PasswordChecks::~PasswordChecks() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void PasswordChecks::submit(PasswordCheck check) {
  std::function<void(Verdict)> refused;
  {
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    const auto place = std::find_if(waiting_.begin(), waiting_.end(), [&](const PasswordCheck& other) {
      return other.wrong_before > check.wrong_before;
    });
    waiting_.insert(place, std::move(check));
    if (waiting_.size() > most_waiting) {
      refused = std::move(waiting_.back().done);
      waiting_.pop_back();
    }
  }
  changed_.notify_all();
  if (refused) refused(Verdict::busy);
}

void PasswordChecks::forget(const void* owner) {
  std::list<PasswordCheck> gone;
  std::unique_lock lock(mutex_);
  for (auto check = waiting_.begin(); check != waiting_.end();) {
    const auto next = std::next(check);
    if (check->owner == owner) gone.splice(gone.end(), waiting_, check);
    check = next;
  }
  changed_.wait(lock, [&] { return running_ != owner; });
  lock.unlock();
  for (const auto& check : gone) check.done(Verdict::busy);
}

void PasswordChecks::run(const std::stop_token& stop) {
  (void)keep_capabilities({});
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    PasswordCheck check = std::move(waiting_.front());
    waiting_.pop_front();
    running_ = check.owner;
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    const bool right = check.auth->allows(check.user, check.password);
    const auto taken = std::chrono::steady_clock::now() - begin;
    check.done(right ? Verdict::right : Verdict::wrong);
    lock.lock();
    running_ = nullptr;
    changed_.notify_all();
    if (!right) changed_.wait_for(lock, stop, taken, [] { return false; });  // as long again, whoever waits
  }
}

}  // namespace sockwarden
