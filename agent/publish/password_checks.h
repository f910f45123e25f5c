// Passwords that were not found right before, checked one at a time on a thread of its own: guesses cost half a core at
// the most, and hold up neither answers nor scans.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "agent/publish/basic_auth.h"

namespace sockwarden {

enum class Verdict { none, right, wrong, busy };

struct PasswordCheck {
  const void* owner = nullptr;
  std::shared_ptr<BasicAuth> auth;
  std::string user, password;
  unsigned wrong_before = 0;  ///< by this client; who was never wrong comes first
  std::function<void(Verdict)> done;
};

class PasswordChecks {
 public:
  static constexpr std::size_t most_waiting = 32;

  PasswordChecks() = default;
  ~PasswordChecks();
  PasswordChecks(const PasswordChecks&) = delete;
  PasswordChecks& operator=(const PasswordChecks&) = delete;

  /// `done` is called once, from any thread: `busy` where there are too many, and this client or another was wrong the
  /// most.
  void submit(PasswordCheck check);

  /// When it returns, nothing of the owner is called any more; what waited was told `busy`.
  void forget(const void* owner);

 private:
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<PasswordCheck> waiting_;  ///< those who were wrong more often behind the others
  const void* running_ = nullptr;     ///< whose check is under way
  std::jthread thread_;               ///< from the first check on; last, so that it ends first
};

}  // namespace sockwarden
