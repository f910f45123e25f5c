#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>

#include <spdlog/spdlog.h>

#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/signals.h"
#include "agent/cli/watch_flags.h"
#include "agent/cli/watch_report.h"

namespace sockwarden {
namespace {

using Clock = std::chrono::steady_clock;

struct Flags {
  WatchFlags watch;
  std::vector<std::uint32_t> pids;
  std::vector<std::string> names;
};

int run(const Flags& flags) {
  if (flags.pids.empty() && flags.names.empty())
    return complain("nothing to watch is named; give --pid PID or --comm NAME", exit_usage);
  for (const std::uint32_t pid : flags.pids) {
    std::error_code ignored;
    if (!std::filesystem::exists("/proc/" + std::to_string(pid), ignored))
      return complain("no process has pid " + std::to_string(pid) + "; look it up with ps or pgrep", exit_usage);
  }
  const auto config = flags.watch.config();
  if (!config) return complain(config.error(), exit_usage);
  spdlog::set_level(spdlog::level::off);
  const Signals signals;
  auto session = flags.watch.open(*config);
  if (!session) return complain(session.error(), exit_unwatched);
  for (const std::uint32_t pid : flags.pids) (*session)->follow(pid);
  for (const std::string& name : flags.names) (*session)->follow_named(name);
  if (const auto looked = (*session)->step(); !looked) return complain(looked.error(), exit_unwatched);

  const auto end = Clock::now() + flags.watch.duration().value_or(std::chrono::seconds(30));
  auto next = Clock::now();
  while (Clock::now() < end && (*session)->any_alive()) {
    next = std::max(Clock::now(), next + config->kernel.scan_interval);
    if (signals.wait(std::min(next, end) - Clock::now()) == SignalRequest::stop) break;
    static_cast<void>((*session)->step());  // the report tells how many failed
  }
  (*session)->finish();
  if ((*session)->family().empty() && !flags.names.empty())
    complain("no process with such a name used the network meanwhile", 0);
  std::cout << report_of(**session, flags.watch.json());
  return exit_good;
}

}  // namespace

Command check_command() {
  return {"check", "Watch processes for a while and report what they do wrong",
          "  sockwarden check --pid 4242\n"
          "  sockwarden check --comm 'orders*' --for 2m --format json\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("--pid", flags->pids, "this process and its children; may be repeated")
                ->type_name("")
                ->type_size(1)
                ->allow_extra_args(false);
            app.add_option("--comm", flags->names, "processes whose name matches this pattern, and their children")
                ->type_name("")
                ->type_size(1)
                ->allow_extra_args(false);
            flags->watch.declare(app, "how long to watch (30s)");
            app.footer(
                "Exit status: 0 whatever is found, 125 where nothing can be watched here, 2 for a wrong command line.");
            return [flags] { return run(*flags); };
          }};
}

}  // namespace sockwarden
