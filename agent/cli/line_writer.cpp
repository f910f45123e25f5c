#include "agent/cli/line_writer.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include "agent/sandbox/capabilities.h"

namespace sockwarden {
namespace {

constexpr std::chrono::milliseconds last_moment{500};

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // whoever started us made it so
      pollfd wait{descriptor, POLLOUT, 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

struct LineWriter::State {
  void run(int descriptor);

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> waiting;
  std::size_t waiting_bytes = 0;
  std::uint64_t dropped = 0;
  bool writing = false;
  bool ending = false;
};

void LineWriter::State::run(int descriptor) {
  (void)keep_capabilities({});
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return ending || !waiting.empty(); });
    if (waiting.empty()) return;
    const std::string line = std::move(waiting.front());
    waiting.pop_front();
    writing = true;
    lock.unlock();
    const bool written = write_all(descriptor, line);
    lock.lock();
    writing = false;
    waiting_bytes -= line.size();
    if (!written) ++dropped;
    changed.notify_all();
  }
}

LineWriter::LineWriter(int descriptor) : state_(std::make_shared<State>()) {
  std::thread([state = state_, descriptor] { state->run(descriptor); }).detach();
}

LineWriter::~LineWriter() {
  flush(last_moment);
  const std::lock_guard lock(state_->mutex);
  state_->ending = true;
  state_->waiting.clear();
  state_->changed.notify_all();
}

void LineWriter::put(std::string line) {
  const std::lock_guard lock(state_->mutex);
  if (state_->waiting_bytes + line.size() > most_waiting_bytes) {
    ++state_->dropped;
    return;
  }
  state_->waiting_bytes += line.size();
  state_->waiting.push_back(std::move(line));
  state_->changed.notify_all();
}

bool LineWriter::flush(std::chrono::milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, limit, [this] { return state_->waiting.empty() && !state_->writing; });
}

std::uint64_t LineWriter::dropped() const {
  const std::lock_guard lock(state_->mutex);
  return state_->dropped;
}

}  // namespace sockwarden
