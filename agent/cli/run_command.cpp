#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>

#include "agent/cli/child.h"
#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/signals.h"
#include "agent/cli/watch_flags.h"
#include "agent/cli/watch_report.h"

namespace sockwarden {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto look_interval = std::chrono::milliseconds(20);  // for the command's end
constexpr auto grace = std::chrono::seconds(5);                // between SIGTERM and SIGKILL
constexpr int exit_no_start = 126, exit_not_found = 127;       // as a shell has it

struct Flags {
  WatchFlags watch;
  bool allow_unwatched = false;
  std::optional<int> error_status;
  std::string least_severity = "info";
  std::vector<std::string> command;
};

Severity severity_of(const std::string& name) {
  for (const Severity severity : {Severity::warning, Severity::critical})
    if (name == name_of(severity)) return severity;
  return Severity::info;
}

/// The first look is before the command starts: what cannot be seen then is not seen later.
tl::expected<std::unique_ptr<WatchSession>, Error> open(const Flags& flags, const Config& config, const Child& child) {
  auto session = flags.watch.open(config);
  if (!session) return session;
  (*session)->follow(static_cast<std::uint32_t>(child.pid()));
  if (const auto looked = (*session)->step(); !looked) return tl::unexpected(looked.error());
  return session;
}

/// Until the command has ended; every scan interval a look, where there is a session.
int watch(WatchSession* session, Child& child, const Signals& signals, const Flags& flags,
          std::chrono::milliseconds interval) {
  const auto look = [session] {
    if (session != nullptr) static_cast<void>(session->step());  // the report tells how many failed
  };
  const auto start = Clock::now();
  std::optional<Clock::time_point> asked_to_end;
  auto next = start;
  while (true) {
    if (const auto status = child.status()) return *status;
    if (Clock::now() >= next) {
      look();
      next = std::max(Clock::now(), next + interval);
    }
    if (signals.wait(look_interval) == SignalRequest::stop) {
      child.signal(SIGTERM);
    }
    const bool over = flags.watch.duration() && Clock::now() - start >= *flags.watch.duration();
    if (over && !asked_to_end) {
      if (session != nullptr) session->finish();
      asked_to_end = Clock::now();
      child.signal(SIGTERM);
    }
    if (asked_to_end && Clock::now() - *asked_to_end > grace) child.signal(SIGKILL);
  }
}

int run(const Flags& flags) {
  if (flags.command.empty())
    return complain("no command is given; write it after --, as in sockwarden run -- ./orders", exit_usage);
  const auto config = flags.watch.config();
  if (!config) return complain(config.error(), exit_usage);
  spdlog::set_level(spdlog::level::off);
  auto child = Child::prepare(flags.command);  // before any thread is started
  if (!child) return complain(child.error(), exit_no_start);
  const Signals signals;
  const auto session = open(flags, *config, *child);
  if (!session) {
    const std::string reason = session.error().message();
    if (!flags.allow_unwatched) {
      return complain("the command was not started, since it cannot be watched: " + reason +
                          "; --allow-unwatched starts it all the same",
                      exit_unwatched);
    }
    complain("the command runs unwatched: " + reason, 0);
  }
  if (const auto started = child->start(); !started)
    return complain(started.error(), started.error().code == ENOENT ? exit_not_found : exit_no_start);

  const int status = watch(session ? session->get() : nullptr, *child, signals, flags, config->kernel.scan_interval);
  const bool json = flags.watch.json();
  std::ostream& out = json ? std::cout : std::cerr;
  if (!session) {
    out << report_of_unwatched(session.error().message(), json) << std::flush;
    return status;
  }
  (*session)->finish();
  out << report_of(**session, json) << std::flush;
  if (status != 0 || !flags.error_status) return status;
  const auto findings = (*session)->findings();
  const Severity least = severity_of(flags.least_severity);
  const bool bad = std::any_of(findings.begin(), findings.end(), [&](const LedgerEntry& entry) {
    return !entry.muted && entry.finding.severity >= least;
  });
  return bad ? *flags.error_status : status;
}

}  // namespace

Command run_command() {
  return {"run", "Run a command under watch, then report what it did wrong",
          "  sockwarden run -- ./orders --port 8080\n"
          "  sockwarden run --for 1m --format json --error-exitcode 3 -- pytest tests\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("command", flags->command, "the command and its arguments, after --")->type_name("");
            flags->watch.declare(app, "end the command with SIGTERM after this long");
            app.add_flag("--allow-unwatched", flags->allow_unwatched,
                         "run the command also where it cannot be watched; otherwise that ends with status 125");
            app.add_option("--error-exitcode", flags->error_status,
                           "exit with this status where the command succeeded and there are findings")
                ->type_name("")
                ->check(CLI::Range(1, 255));
            app.add_option("--min-severity", flags->least_severity,
                           "of findings that count for --error-exitcode: info, warning or critical (info)")
                ->type_name("")
                ->check(CLI::IsMember({"info", "warning", "critical"}));
            app.footer(
                "Text goes to stderr, JSON to stdout. The exit status is the command's own; 125: it cannot be watched\n"
                "and was not started, 126: it cannot be executed, 127: it is not found, 2: a wrong command line.");
            return [flags] { return run(*flags); };
          }};
}

}  // namespace sockwarden
