#include <algorithm>
#include <cerrno>
#include <iostream>
#include <memory>
#include <optional>

#include "agent/cli/agent_client.h"
#include "agent/cli/agent_flag.h"
#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/connection_filter.h"
#include "agent/cli/connection_table.h"
#include "agent/cli/display.h"
#include "agent/cli/output_format.h"
#include "agent/cli/setting_flags.h"
#include "agent/publish/connection_json.h"

namespace sockwarden {
namespace {

struct Flags {
  SettingFlags settings;
  OutputFormat format;
  ConnectionFilter filter;
  AgentFlag agent;
  bool direct = false;
};

struct Listing {
  std::string time;
  std::string source;  ///< "agent" or "scan"
  Json connections = Json::array();
};

tl::expected<Listing, Error> from_agent(const AgentAccess& access) {
  Listing listing{.time = "", .source = "agent"};
  std::string page = "/api/v1/connections";
  while (true) {
    const auto data = ask_agent(access, page);
    if (!data) return tl::unexpected(data.error());
    if (listing.time.empty()) listing.time = data->value("time", "");
    for (const Json& row : data->value("connections", Json::array())) listing.connections.push_back(row);
    const Json next = data->value("next", Json(nullptr));
    if (!next.is_number()) break;
    page = "/api/v1/connections?after=" + next.dump();
  }
  return listing;
}

tl::expected<Listing, Error> from_scan(const KernelOptions& options) {
  auto kernel = load_kernel(options);
  if (!kernel) return tl::unexpected(kernel.error());
  const auto sample = (*kernel)->scan();
  if (!sample) return tl::unexpected(sample.error().error);
  const Model model = Model::next(*sample, Model{}, ModelLimits{});
  Listing listing{.time = rfc3339(model.wall), .source = "scan"};
  for (const Connection& connection : model.connections) listing.connections.push_back(to_json(connection, model));
  return listing;
}

tl::expected<Listing, Error> list(const Flags& flags, const LoadedConfig& loaded, const KernelVariant& variant) {
  const auto access = flags.agent.access();
  if (!access) return tl::unexpected(access.error());

  std::optional<Error> unreachable;
  if (!flags.direct) {
    auto answered = from_agent(*access);
    if (answered || flags.agent.is_given()) return answered;
    unreachable = answered.error();
    if (unreachable->code != ECONNREFUSED) complain(unreachable->message() + "; a scan of its own follows", 0);
  }
  auto scanned = from_scan(kernel_options(loaded.config.kernel, variant));
  if (!scanned && unreachable) {
    std::string& advice = scanned.error().advice;
    advice += (advice.empty() ? "start" : ", or start") + (" an agent (none answers at " + access->url + ")");
  }
  return scanned;
}

int run(Flags& flags) {
  const auto loaded = load_config(flags.settings.sources());
  if (!loaded) return complain(loaded.error(), exit_usage);
  const auto variant = flags.settings.variant();
  if (!variant) return complain(variant.error(), exit_usage);
  if (const auto checked = flags.filter.check(); !checked) return complain(checked.error(), exit_usage);
  const auto listing = list(flags, *loaded, *variant);
  if (!listing) return complain(listing.error(), exit_runtime);

  std::vector<std::pair<ConnectionRow, const Json*>> chosen;
  for (const Json& connection : listing->connections) {
    ConnectionRow row = row_of(connection, listing->time);
    if (flags.filter.matches(row)) chosen.emplace_back(std::move(row), &connection);
  }
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const auto& a, const auto& b) { return comes_before(a.first, b.first); });
  if (flags.format.json()) {
    Json out{{"time", listing->time}, {"source", listing->source}, {"connections", Json::array()}};
    for (const auto& [row, connection] : chosen) out["connections"].push_back(*connection);
    std::cout << out.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    return exit_good;
  }
  std::vector<ConnectionRow> rows;
  for (auto& [row, connection] : chosen) rows.push_back(std::move(row));
  std::cout << connection_table(rows, terminal_columns());
  return exit_good;
}

}  // namespace

Command connections_command() {
  return {"connections", "List connections and listeners, with their process and history",
          "  sockwarden connections --comm nginx --state close-wait\n"
          "  sockwarden connections --remote 10.0.0.7:5432 --format json\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            flags->filter.declare(app);
            flags->agent.declare(app);
            app.add_flag("--direct", flags->direct, "ask no agent, look once: no history, only what the kernel keeps");
            flags->format.declare(app);
            flags->settings.declare_kernel(app);
            return [flags] { return run(*flags); };
          }};
}

}  // namespace sockwarden
