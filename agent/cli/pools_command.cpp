#include <iostream>
#include <memory>

#include "agent/cli/agent_client.h"
#include "agent/cli/agent_flag.h"
#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/display.h"
#include "agent/cli/json_cells.h"
#include "agent/cli/output_format.h"
#include "agent/cli/query_text.h"
#include "agent/cli/table.h"

namespace sockwarden {
namespace {

constexpr std::size_t page_columns = 80;

struct Flags {
  OutputFormat format;
  AgentFlag agent;
  std::string pid, service;
};

std::string who_closes(const Json& row) {
  const Json& closed = row["closed"];
  if (!closed.is_object()) return "-";
  const std::int64_t own = closed.value("own", std::int64_t{0}), peer = closed.value("peer", std::int64_t{0});
  if (own + peer == 0) return "-";
  return own * 10 >= (own + peer) * 9 ? "own" : peer * 10 >= (own + peer) * 9 ? "peer" : "both";
}

std::string overview(const Json& pools, std::size_t columns) {
  Table table({{.title = "PID", .right = true, .importance = 9},
               {.title = "SERVICE", .least = 8, .importance = 8},
               {.title = "ENDPOINT", .least = 12, .importance = 9},
               {.title = "OPEN", .right = true, .importance = 8},
               {.title = "USED", .right = true, .importance = 7},
               {.title = "PEAK", .right = true, .importance = 6},
               {.title = "NEED", .right = true, .importance = 8},
               {.title = "KEPT", .right = true, .importance = 6},
               {.title = "OPENED/S", .right = true, .importance = 7},
               {.title = "EXCH/C", .right = true, .importance = 5},
               {.title = "CLOSER", .importance = 4}});
  for (const Json& row : pools)
    table.add({number_cell(row["process"], "pid"), service_cell(row["process"]), word_cell(row, "remote"),
               number_cell(row, "open"), number_cell(row, "in_use"), number_cell(row, "peak_open"),
               number_cell(row, "needed"), number_cell(row, "kept_idle"), number_cell(row, "opened_per_second"),
               number_cell(row, "exchanges_per_connection"), who_closes(row)});
  return table.text(columns);
}

std::string advice_of(const Json& row, std::size_t columns) {
  std::string text;
  for (const Json& advice : row["advice"]) {
    text +=
        wrap(service_cell(row["process"]) + " to " + word_cell(row, "remote") + ": " + word_cell(advice, "setting") +
                 ": " + word_cell(advice, "value") + ", since " + word_cell(advice, "reason") + ".",
             2, columns);
    if (word_cell(advice, "known_as") != "-") text += wrap("(" + word_cell(advice, "known_as") + ")", 4, columns);
  }
  return text;
}

/// Page by page.
tl::expected<Json, Error> all_pools(const Flags& flags) {
  const auto access = flags.agent.access();
  if (!access) return tl::unexpected(access.error());
  Json all{{"time", ""}, {"pools", Json::array()}};
  while (true) {
    const std::string offset = std::to_string(all["pools"].size());
    const auto page = ask_agent(
        *access, "/api/v1/pools" + query_text({{"offset", offset}, {"pid", flags.pid}, {"service", flags.service}}));
    if (!page) return tl::unexpected(page.error());
    const Json rows = page->value("pools", Json::array());
    all["time"] = page->value("time", "");
    for (const Json& row : rows) all["pools"].push_back(row);
    if (rows.empty() || all["pools"].size() >= page->value("matching", std::size_t{0})) return all;
  }
}

int run(const Flags& flags) {
  const auto data = all_pools(flags);
  if (!data) return complain(data.error(), exit_runtime);
  if (flags.format.json()) {
    std::cout << data->dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    return exit_good;
  }
  const Json pools = data->value("pools", Json::array());
  if (pools.empty()) {
    std::cout << (flags.service.empty() && flags.pid.empty() ? "No process" : "No such process")
              << " has opened connections since the agent started.\n";
    return exit_good;
  }
  const std::size_t terminal = terminal_columns();
  std::cout << overview(pools, terminal == 0 ? page_columns : terminal);
  std::string advice;
  for (const Json& row : pools) advice += advice_of(row, terminal == 0 ? page_columns : terminal);
  if (!advice.empty()) std::cout << "\nSuggested\n" << advice;
  return exit_good;
}

}  // namespace

Command pools_command() {
  return {"pools", "Show each process's connections to each endpoint, and what its pool should be set to",
          "  sockwarden pools\n"
          "  sockwarden pools --pid 4242 --format json\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            flags->agent.declare(app);
            app.add_option("--pid", flags->pid, "of this process alone")
                ->type_name("PID")
                ->check(CLI::Range(1U, 1U << 22U));
            app.add_option("--service", flags->service, "of the service of this name")->type_name("");
            flags->format.declare(app);
            return [flags] { return run(*flags); };
          }};
}

}  // namespace sockwarden
