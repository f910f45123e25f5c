#include <fcntl.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>
#include <thread>

#include "agent/cli/agent_client.h"
#include "agent/cli/agent_flag.h"
#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/top.h"
#include "agent/cli/top_terminal.h"

namespace sockwarden {
namespace {

using Answers = tl::expected<std::vector<Json>, Error>;

Answers ask_all(const AgentAccess& access, const std::vector<std::string>& questions) {
  std::vector<Json> answers;
  for (const std::string& question : questions) {
    auto answer = ask_agent(access, question);
    if (!answer) return tl::unexpected(answer.error());
    answers.push_back(std::move(*answer));
  }
  return answers;
}

/// Asks on a thread of its own: an agent that is slow to answer makes no key wait.
class Inquirer {
 public:
  explicit Inquirer(AgentAccess access)
      : access_(std::move(access)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

  void ask(const TopPlace& place, std::vector<std::string> questions) {
    const std::lock_guard lock(mutex_);
    asked_ = {place, std::move(questions)};
    wake_.notify_one();
  }

  std::optional<std::pair<TopPlace, Answers>> answer() {
    const std::lock_guard lock(mutex_);
    return std::exchange(answer_, std::nullopt);
  }

 private:
  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (wake_.wait(lock, stop, [this] { return asked_.has_value(); })) {
      const auto [place, questions] = *std::exchange(asked_, std::nullopt);
      lock.unlock();
      Answers answers = ask_all(access_, questions);
      lock.lock();
      answer_.emplace(place, std::move(answers));
    }
  }

  AgentAccess access_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<std::pair<TopPlace, std::vector<std::string>>> asked_;
  std::optional<std::pair<TopPlace, Answers>> answer_;
  std::jthread thread_;
};

/// A file of its own, here; what is said of it.
std::string write_report(const std::string& text) {
  char name[64];
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::strftime(name, sizeof name, "sockwarden-top-%Y%m%dT%H%M%SZ.txt", &parts);
  const int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Error{"write", name, errno, ""}.message();
  const ssize_t written = write(fd, text.data(), text.size());
  const int failed = written == static_cast<ssize_t>(text.size()) ? 0 : written < 0 ? errno : ENOSPC;
  close(fd);
  return failed == 0 ? std::string("Written: ") + name : Error{"write", name, failed, ""}.message();
}

int run(const AgentFlag& agent, std::chrono::milliseconds interval) {
  if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1)
    return complain("top needs a terminal; for scripts there are findings, pools, waits and connections --format json",
                    exit_usage);
  const auto access = agent.access();
  if (!access) return complain(access.error(), exit_usage);
  if (const auto there = ask_agent(*access, "/api/v1/status"); !there) return complain(there.error(), exit_runtime);

  Top top(access->url);
  Inquirer inquirer(*access);
  {
    TopTerminal terminal;
    if (!terminal.known())
      return complain("this terminal's type is not known here; try TERM=xterm, or install ncurses-base", exit_runtime);
    using Clock = std::chrono::steady_clock;
    Clock::time_point next = Clock::now();
    for (TopWish wish = TopWish::refresh; wish != TopWish::quit;) {
      if (wish == TopWish::write) top.note(write_report(top.report(terminal.size().columns)));
      if (wish == TopWish::refresh || (!top.paused() && Clock::now() >= next)) {
        inquirer.ask(top.place(), top.questions());
        next = Clock::now() + interval;
      }
      if (const auto answer = inquirer.answer()) top.answered(answer->first, answer->second);
      terminal.show(top.draw(terminal.size()));
      const auto key = terminal.key(std::chrono::milliseconds(100));
      wish = key ? top.key(key->first, key->second) : TopWish::none;
    }
  }
  std::_Exit(exit_good);  // a question under way to an agent that does not answer would hold up the end
}

}  // namespace

Command top_command() {
  return {"top", "Look around live: services, pools, connections, findings and their proof",
          "  sockwarden top\n"
          "  sockwarden top --agent https://shop-7:10180 --interval 5\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto agent = std::make_shared<AgentFlag>();
            const auto seconds = std::make_shared<double>(2);
            agent->declare(app);
            app.add_option("--interval", *seconds, "seconds between two looks (2)")
                ->type_name("")
                ->check(CLI::Range(0.2, 3600.0));
            return
                [agent, seconds] { return run(*agent, std::chrono::milliseconds(static_cast<int>(*seconds * 1000))); };
          }};
}

}  // namespace sockwarden
