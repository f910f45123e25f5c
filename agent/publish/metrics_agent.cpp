#include <chrono>

#include "agent/contract/build_info.h"
#include "agent/publish/loss_names.h"
#include "agent/publish/metrics.h"

namespace sockwarden {
namespace {

double unix_seconds(WallTime time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

void add_losses(MetricSet& set, const Model& model) {
  const auto count_of = [&](sw_loss loss) { return static_cast<double>(model.losses[loss]); };
  set.counter({"sockwarden_details_lost_total", "", "connections",
               "Closed connections whose details were lost to a full ring; the totals still count them."})
      .add({}, count_of(SW_LOSS_DETAIL));
  set.counter({"sockwarden_connections_unattributed_total", "", "connections",
               "Connections that ended before any process used them."})
      .add({}, count_of(SW_LOSS_UNATTRIBUTED));
  set.counter({"sockwarden_mptcp_connections_total", "", "connections",
               "MPTCP connections seen, whose data is not followed."})
      .add({}, count_of(SW_LOSS_MPTCP_PARENT));
  set.counter({"sockwarden_events_missed_total", "", "events",
               "Kernel events that were not delivered to the agent; later events, or the next scan, made up for them.",
               "They had interrupted the program of their own kind, or fell into the time of a process that is hidden "
               "from tracing programs."})
      .add({}, count_of(SW_LOSS_MISSED));
  auto& others =
      set.counter({"sockwarden_losses_total", "kind", "events", "What found no room in a kernel table, by kind.",
                   "`kind`: `record`, `process`, `endpoint`, `stack`, `descriptors`, `option`, `bind`, "
                   "`ending`, `listener`; 0 is shown."});
  for (const auto loss : {SW_LOSS_RECORD, SW_LOSS_PROCESS, SW_LOSS_ENDPOINT, SW_LOSS_STACK, SW_LOSS_DESCRIPTORS,
                          SW_LOSS_OPTION, SW_LOSS_BIND, SW_LOSS_ENDING, SW_LOSS_LISTENER}) {
    others.add({{"kind", name_of_loss(loss)}}, count_of(loss));
  }
}

void add_tables(MetricSet& set, const Model& model) {
  auto& entries = set.gauge({"sockwarden_table_entries", "table", "entries",
                             "Entries in use in a table of the kernel or of the agent.",
                             "Absent where they are not counted. Those of the agent: `process_facts`, `connections`, "
                             "`model_processes`, `rows`, `identities`, `named_endpoints`, `folded_endpoints`, `pools`, "
                             "`pool_connections`, `pool_endings`, `findings`, `descriptors`, `waits`, "
                             "`wait_connections`, `history`."});
  auto& capacity = set.gauge({"sockwarden_table_capacity", "table", "entries",
                              "Room for entries in a table of the kernel or of the agent.",
                              "Absent where what is new always has room."});
  auto& bytes = set.gauge({"sockwarden_table_bytes", "table", "bytes",
                           "Memory that a table of the kernel or of the agent takes, about.",
                           "A map's as the kernel tells it, and for `records` what it charges a socket."});
  for (const auto& table : model.tables) {
    if (table.entries) entries.add({{"table", table.name}}, static_cast<double>(*table.entries));
    if (table.capacity) capacity.add({{"table", table.name}}, static_cast<double>(*table.capacity));
    bytes.add({{"table", table.name}}, static_cast<double>(table.bytes));
  }
}

void add_reader(MetricSet& set, const ReaderHealth& reader) {
  auto& reads =
      set.counter({"sockwarden_reads_total", "result", "questions",
                   "Questions that were put to the reader, the process that reads files and memory of others.",
                   "`result`: `answered`, `failed` (no answer in time, or the reader died of it), `refused` "
                   "(not asked, since it failed there before); 0 is shown."});
  reads.add({{"result", "answered"}}, static_cast<double>(reader.answered));
  reads.add({{"result", "failed"}}, static_cast<double>(reader.failed));
  reads.add({{"result", "refused"}}, static_cast<double>(reader.refused));
  set.counter({"sockwarden_reader_starts_total", "", "starts",
               "How often the reader was started; it ends after a minute in which nothing is asked."})
      .add({}, static_cast<double>(reader.started));
}

void add_configuration(MetricSet& set, const ConfigState& config) {
  set.gauge({"sockwarden_config_last_reload_successful", "", "",
             "1 where the last reload of the configuration was taken over."})
      .add({}, config.reload_successful ? 1 : 0);
  set.gauge({"sockwarden_config_last_reload_success_timestamp_seconds", "", "seconds",
             "Unix time at which the configuration was last taken over."})
      .add({}, unix_seconds(config.reloaded));
}

}  // namespace

void add_agent_metrics(MetricSet& set, const Published& published) {
  const Model& model = published.model;
  auto& hooks = set.gauge(
      {"sockwarden_hook_attached", "hook, kind, variant", "", "1 where the hook is attached, 0 where it is not.",
       "`sockwarden doctor` says why. `variant` `suspended`: `setsockopt`, let go for a minute, since it was "
       "called for corks alone more than 10,000 times a second."},
      Merge::highest);
  for (const auto& hook : published.hooks) {
    hooks.add({{"hook", hook.name}, {"kind", hook.kind}, {"variant", hook.variant}}, hook.attached ? 1 : 0);
  }
  add_losses(set, model);
  add_tables(set, model);
  set.counter({"sockwarden_pool_connections_dropped_total", "", "connections",
               "Connections that the pool model had no room for, counted in each scan."})
      .add({}, static_cast<double>(published.dropped_connections));
  set.counter(
         {"sockwarden_findings_refused_total", "", "findings",
          "Findings that had no room among the others, counted in each scan.",
          "Of one process at most a quarter of the table is kept, and where it is full, whoever has most makes room."})
      .add({}, static_cast<double>(published.refused_findings));
  std::uint64_t without_room = 0;
  for (const auto& [user, count] : published.findings_without_room) without_room += count;
  set.gauge({"sockwarden_findings_without_room", "", "findings",
             "Findings of the last scan that had no room among the others.", "`/api/v1/findings` has them by user."})
      .add({}, static_cast<double>(without_room));
  set.gauge({"sockwarden_endpoint_series_folded", "", "series",
             "Endpoints summed in server_address=\"other\" by the label limit."})
      .add({}, static_cast<double>(model.folded_endpoints));
  set.counter(
         {"sockwarden_wait_histories_forgotten_total", "", "histories",
          "Histories of earlier waits that made room for others.",
          "One a program, endpoint and phase: 256 of a program, 4096 in all. Without its history a wait that may have "
          "had one is never called likely endless."})
      .add({}, static_cast<double>(published.forgotten_wait_histories));
  set.gauge({"sockwarden_distribution_series_folded", "", "series",
             "Identities and roles whose histograms are summed in comm=\"other\", since others are busier."})
      .add({}, static_cast<double>(model.folded_histogram_rows));
  set.counter({"sockwarden_identities_folded_total", "", "identities",
               "Identities summed in comm=\"other\", since there were too many.",
               "More than 256 were there, with those that had gone within the retention."})
      .add({}, static_cast<double>(model.folded_identities));
  set.gauge({"sockwarden_last_scan_timestamp_seconds", "", "seconds", "Unix time of the last good scan."})
      .add({}, unix_seconds(model.wall));
  set.gauge({"sockwarden_start_timestamp_seconds", "", "seconds", "Unix time at which the agent started."})
      .add({}, unix_seconds(published.started));
  add_reader(set, published.reader);
  add_configuration(set, published.config);
}

void add_scan_metrics(MetricSet& set, const ScanHealth& health) {
  set.counter({"sockwarden_scans_total", "", "scans", "Good scans."}).add({}, static_cast<double>(health.done));
  set.summary({"sockwarden_scan_duration_seconds", "", "seconds", "Duration of the good scans."})
      .add_summary({}, health.done, std::chrono::duration<double>(health.spent).count());
  auto& failures = set.counter({"sockwarden_scan_failures_total", "part", "scans",
                                "Scans that failed, by the part that could not be read; what is shown stays as of the "
                                "last good scan.",
                                "`part`: `descriptors`, `live`, `totals`, `losses`, `endings`; 0 is shown."});
  for (const auto& [part, count] : health.failures) failures.add({{"part", part}}, static_cast<double>(count));
}

void add_build_metrics(MetricSet& set) {
  set.gauge({"sockwarden_build_info", "version, revision", "", "What the agent was built from; the value is always 1."})
      .add({{"version", this_build().version}, {"revision", this_build().revision}}, 1);
}

void add_web_metrics(MetricSet& set, const WebUse& use) {
  set.summary({"sockwarden_scrape_duration_seconds", "", "seconds",
               "Time taken to write this page, over the scrapes before this one."})
      .add_summary({}, use.scrapes, use.scrape_seconds);
  set.gauge({"sockwarden_web_config_last_reload_successful", "", "",
             "1 where the last change of the web configuration was taken over.", "That is `--web.config.file`."})
      .add({}, use.reload_successful ? 1 : 0);
}

void add_process_metrics(MetricSet& set, const ProcessUsage& usage) {
  const auto add_gauge = [&](const MetricText& text, auto value) {
    auto& family = set.gauge(text);
    if (value) family.add({}, static_cast<double>(*value));
  };
  auto& cpu = set.counter({"process_cpu_seconds_total", "", "seconds", "CPU time of the agent, user and system."});
  if (usage.cpu_seconds) cpu.add({}, *usage.cpu_seconds);
  add_gauge({"process_resident_memory_bytes", "", "bytes", "Resident memory of the agent."}, usage.resident_bytes);
  add_gauge({"process_virtual_memory_bytes", "", "bytes", "Virtual memory of the agent."}, usage.virtual_bytes);
  add_gauge({"process_open_fds", "", "descriptors", "Open descriptors of the agent."}, usage.open_descriptors);
  add_gauge({"process_max_fds", "", "descriptors", "Limit of open descriptors of the agent."}, usage.descriptor_limit);
  add_gauge({"process_start_time_seconds", "", "seconds", "Unix time at which the agent's process started."},
            usage.start_time_seconds);
  set.counter({"sockwarden_log_lines_dropped_total", "", "lines",
               "Lines of the log that were dropped, since what reads standard error did not keep up or took no more."})
      .add({}, static_cast<double>(usage.log_lines_dropped));
}

}  // namespace sockwarden
