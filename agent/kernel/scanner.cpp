#include "agent/kernel/scanner.h"

#include <algorithm>
#include <cstring>

#include "agent/kernel/tables.h"

namespace sockwarden {
namespace {

std::size_t entry_bytes() { return (sizeof(sw_connection) + 7) / 8 * 8; }

/// The kernel rounds an array's memory up to whole pages.
std::size_t buffer_bytes() {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (entry_bytes() * SW_SCAN_BUFFER_ENTRIES + page - 1) / page * page;
}

std::uint64_t closed_count(const sw_totals& totals) {
  std::uint64_t sum = 0;
  for (const auto& manners : totals.closed)
    for (const auto count : manners) sum += count;
  return sum;
}

bool drained(const sw_totals& totals) { return totals.opened + totals.seeded == closed_count(totals); }

}  // namespace

tl::expected<void, Error> Scanner::start() {
  const auto& maps = object_.skeleton->maps;
  void* memory = mmap(nullptr, buffer_bytes(), PROT_READ, MAP_SHARED, bpf_map__fd(maps.scan_buffer), 0);
  if (memory == MAP_FAILED) return tl::unexpected(Error{"map the scan buffer", "", errno, ""});
  buffer_ = Mapping(memory, buffer_bytes());

  for (__u32 role = 0; role < SW_ROLE_COUNT; ++role) {
    const sw_process_role_key key{0, role};
    static const sw_process_role empty{};
    bpf_map_update_elem(bpf_map__fd(maps.process_roles), &key, &empty, BPF_NOEXIST);
  }

  // Who listens must be known before the rest can be told apart into clients and servers.
  object_.skeleton->bss->seed_listeners = true;
  auto listeners = object_.iterate(object_.skeleton->progs.descriptor_seen);
  object_.skeleton->bss->seed_listeners = false;
  if (!listeners) return tl::unexpected(listeners.error());
  if (auto all = object_.iterate(object_.skeleton->progs.descriptor_seen); !all) return tl::unexpected(all.error());
  if (bpf_program__fd(object_.skeleton->progs.seed_orphans) >= 0)
    static_cast<void>(object_.iterate(object_.skeleton->progs.seed_orphans));
  object_.skeleton->bss->seeding_done = true;
  return {};
}

tl::expected<Sample, ScanFailure> Scanner::scan(const std::vector<std::uint32_t>& details) {
  Sample sample;
  const auto started = std::chrono::steady_clock::now();
  sample.number = ++number_;
  object_.skeleton->bss->scan_number = number_;

  read_descriptors(sample, details);
  // Totals before live connections: one that ends in between is then missing once, never counted twice.
  read_totals(sample);
  const bool all_live_known = read_live(sample);
  read_closed(sample, all_live_known);
  read_facts(sample);
  retire(sample);
  name_the_gone(sample);
  read_losses(sample);

  sample.time = std::chrono::steady_clock::now();
  sample.wall = std::chrono::system_clock::now();
  sample.scan_duration = sample.time - started;
  return sample;
}

void Scanner::read_descriptors(Sample& sample, const std::vector<std::uint32_t>& details) {
  const auto& maps = object_.skeleton->maps;
  const __u32 one = 1;
  for (const auto pid : details) bpf_map_update_elem(bpf_map__fd(maps.detailed_processes), &pid, &one, BPF_ANY);
  const auto written = object_.iterate(object_.skeleton->progs.descriptor_seen);
  for (const auto pid : details) bpf_map_delete_elem(bpf_map__fd(maps.detailed_processes), &pid);
  if (written) {
    sample.descriptor_details.resize(written->size() / sizeof(sw_descriptor));
    std::memcpy(sample.descriptor_details.data(), written->data(),
                sample.descriptor_details.size() * sizeof(sw_descriptor));
  }
  for (const auto& [pid, counts] : read_table<__u32, sw_descriptor_counts>(maps.descriptor_counts)) {
    if (counts.scan == number_)
      sample.descriptors.emplace(pid, counts);
    else
      bpf_map_delete_elem(bpf_map__fd(maps.descriptor_counts), &pid);
  }
}

bool Scanner::read_live(Sample& sample) {
  auto& state = *object_.skeleton->bss;
  const auto& progs = object_.skeleton->progs;
  const auto& maps = object_.skeleton->maps;
  const bool storage = object_.choice.socket_storage;
  do {
    state.scan_filled = 0;
    state.scan_left_over = 0;
    const auto run = object_.iterate(storage ? progs.scan_sockets : progs.scan_hash,
                                     storage ? maps.socket_records : maps.hashed_records);
    if (!run) return false;
    const auto* bytes = static_cast<const char*>(buffer_.get());
    const std::size_t filled = state.scan_filled, before = sample.live.size();
    sample.live.resize(before + filled);
    for (std::size_t i = 0; i < filled; ++i)
      std::memcpy(&sample.live[before + i], bytes + i * entry_bytes(), sizeof(sw_connection));
  } while (state.scan_left_over != 0 && state.scan_filled != 0);
  return true;
}

void Scanner::read_closed(Sample& sample, bool all_live_known) {
  const auto& maps = object_.skeleton->maps;
  auto* const program = object_.skeleton->progs.scan_ending;
  if (all_live_known && bpf_program__fd(program) >= 0)
    static_cast<void>(object_.iterate(program, maps.ending_connections));
  sample.closed = ring_.take();
  for (const auto& connection : sample.closed)
    if (connection.socket.end_unseen != 0)
      bpf_map_delete_elem(bpf_map__fd(maps.ending_connections), &connection.record.id);
}

void Scanner::read_totals(Sample& sample) {
  const auto& maps = object_.skeleton->maps;
  for (const auto& [key, totals] : read_table<sw_endpoint_key, sw_totals>(maps.endpoints))
    sample.endpoints.push_back({key, totals, false});
  std::unordered_map<std::uint32_t, std::size_t> index;
  sample.processes.push_back({});  // process 0: what could not be attributed
  index[0] = 0;
  const auto processes = read_table<__u32, sw_process>(maps.processes);
  for (const auto& [serial, process] : processes) {
    index[serial] = sample.processes.size();
    ProcessSample row;
    row.process = process;
    sample.processes.push_back(row);
  }
  for (const auto& [key, row] : read_table<sw_process_role_key, sw_process_role>(maps.process_roles)) {
    const auto found = index.find(key.process);
    if (found != index.end() && key.role < SW_ROLE_COUNT) sample.processes[found->second].roles[key.role] = row;
  }
  for (const auto& [key, count] : read_table<sw_other_option_key, __u64>(maps.other_options))
    sample.other_options.push_back({key, count});
  for (const auto& [key, refused] : read_table<sw_refused_bind_key, sw_refused_bind>(maps.refused_binds))
    sample.refused_binds.push_back({key, refused});
  sample.tables = {{"processes", processes.size(), bpf_map__max_entries(maps.processes)},
                   {"endpoints", sample.endpoints.size(), bpf_map__max_entries(maps.endpoints)},
                   {"other_options", sample.other_options.size(), bpf_map__max_entries(maps.other_options)},
                   {"refused_binds", sample.refused_binds.size(), bpf_map__max_entries(maps.refused_binds)},
                   {"descriptor_counts", sample.descriptors.size(), bpf_map__max_entries(maps.descriptor_counts)}};
}

void Scanner::read_losses(Sample& sample) {
  const int cpus = libbpf_num_possible_cpus();
  std::vector<__u64> values(static_cast<std::size_t>(std::max(cpus, 1)));
  for (__u32 loss = 0; loss < SW_LOSS_COUNT; ++loss) {
    if (bpf_map_lookup_elem(bpf_map__fd(object_.skeleton->maps.losses), &loss, values.data()) != 0) continue;
    for (const auto value : values) sample.losses[loss] += value;
  }
  sample.losses[SW_LOSS_DETAIL] += ring_.lost();
  for (const auto& hook : object_.hooks) {
    bpf_prog_info info{};
    __u32 bytes = sizeof(info);
    const int program = bpf_program__fd(hook.program);
    if (program >= 0 && bpf_obj_get_info_by_fd(program, &info, &bytes) == 0)
      sample.losses[SW_LOSS_MISSED] += info.recursion_misses;  // 5.12+, 0 before
  }
  if (!object_.choice.socket_storage)
    sample.tables.push_back(
        {"records", sample.live.size(), bpf_map__max_entries(object_.skeleton->maps.hashed_records)});
}

void Scanner::read_facts(Sample& sample) {
  std::unordered_set<std::uint32_t> pids;
  for (const auto& [pid, counts] : sample.descriptors) pids.insert(pid);
  for (const auto& row : sample.processes)
    if (row.process.exited_ns == 0 && row.process.tgid != 0) pids.insert(row.process.tgid);
  sample.facts = facts_.scan({pids.begin(), pids.end()});
}

/// Rows of processes that are gone are given out a last time, and removed, once no connection of theirs is left.
void Scanner::retire(Sample& sample) {
  std::unordered_set<std::uint32_t> live;
  for (const auto& connection : sample.live)
    if ((connection.record.flags & SW_FLAG_SETTLED) == 0) live.insert(connection.record.process);

  const auto& maps = object_.skeleton->maps;
  std::unordered_set<std::uint32_t> retired;
  for (auto& row : sample.processes) {
    const auto serial = row.process.serial;
    if (serial == 0) continue;
    const bool gone = row.process.exited_ns != 0 || !sample.facts.contains(row.process.tgid);
    if (!gone || live.contains(serial)) {
      gone_scans_.erase(serial);
      continue;
    }
    // Its last closes may have come after the totals were read: wait for the next scan, then nothing moves any more.
    if (gone_scans_[serial]++ == 0) continue;
    const bool settled = std::all_of(row.roles.begin(), row.roles.end(),
                                     [](const auto& role) { return !role || drained(role->totals); });
    if (!settled && gone_scans_[serial] < 100) continue;
    row.retired = true;
    retired.insert(serial);
  }
  for (auto& endpoint : sample.endpoints)
    if (retired.contains(endpoint.key.process)) {
      endpoint.retired = true;
      bpf_map_delete_elem(bpf_map__fd(maps.endpoints), &endpoint.key);
    }
  for (const auto& option : sample.other_options)
    if (retired.contains(option.key.process)) bpf_map_delete_elem(bpf_map__fd(maps.other_options), &option.key);
  for (const auto& bind : sample.refused_binds)
    if (retired.contains(bind.key.process)) bpf_map_delete_elem(bpf_map__fd(maps.refused_binds), &bind.key);
  for (const auto& row : sample.processes)
    if (row.retired) forget(row.process.serial, row.process.tgid);
}

/// A process that ended before anybody could ask /proc is still told apart by its control group.
void Scanner::name_the_gone(Sample& sample) {
  for (const auto& row : sample.processes) {
    if (row.process.serial == 0 || sample.facts.contains(row.process.tgid)) continue;
    if (const auto path = facts_.cgroup_path(row.process.cgroup_id)) {
      ProcessFacts facts;
      facts.pid = row.process.tgid;
      facts.comm = row.process.comm;
      facts.cgroup = *path;
      sample.facts.emplace(facts.pid, std::move(facts));
    }
  }
}

void Scanner::forget(std::uint32_t serial, std::uint32_t pid) {
  const auto& maps = object_.skeleton->maps;
  __u32 current = 0;
  if (bpf_map_lookup_elem(bpf_map__fd(maps.process_serials), &pid, &current) == 0 && current == serial)
    bpf_map_delete_elem(bpf_map__fd(maps.process_serials), &pid);
  bpf_map_delete_elem(bpf_map__fd(maps.processes), &serial);
  for (__u32 role = 0; role < SW_ROLE_COUNT; ++role) {
    const sw_process_role_key key{serial, role};
    bpf_map_delete_elem(bpf_map__fd(maps.process_roles), &key);
  }
  gone_scans_.erase(serial);
}

}  // namespace sockwarden
