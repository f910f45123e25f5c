#include "agent/kernel/scanner.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "agent/kernel/map_fills.h"
#include "agent/kernel/tables.h"
#include "agent/proc/descriptor_numbers.h"
#include "agent/proc/file_text.h"

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
  for (const auto& close_reasons : totals.closed)
    for (const auto count : close_reasons) sum += count;
  return sum;
}

bool drained(const sw_totals& totals) { return totals.opened + totals.preexisting == closed_count(totals); }

/// What was read when the connection was closed, as if it were read now: nothing has moved since.
sw_connection as_of(std::uint64_t now_ns, sw_connection connection) {
  const std::uint64_t since_ns = now_ns - std::min(now_ns, std::uint64_t{connection.read_ns});
  connection.socket.last_send_ago_ns += since_ns;
  if (connection.socket.last_arrival_known != 0) connection.socket.last_arrival_ago_ns += since_ns;
  connection.read_ns = now_ns;
  return connection;
}

/// Tells the kernel side whose thread this is, for as long as it reads an iterator.
class ScanningThread {
 public:
  explicit ScanningThread(__u32& tid) : tid_(tid) { tid_ = static_cast<__u32>(gettid()); }
  ~ScanningThread() { tid_ = 0; }
  ScanningThread(const ScanningThread&) = delete;
  ScanningThread& operator=(const ScanningThread&) = delete;

 private:
  __u32& tid_;
};

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
  Sample ignored;
  std::vector<char> nothing;
  object_.skeleton->bss->seed_listeners = true;
  auto listeners = pass(ignored, nothing);
  object_.skeleton->bss->seed_listeners = false;
  if (!listeners) return tl::unexpected(listeners.error().error);
  if (auto all = pass(ignored, nothing); !all) return tl::unexpected(all.error().error);
  if (object_.choice.seed_orphans) object_.seed_orphans();
  object_.skeleton->bss->seeding_done = true;
  return {};
}

tl::expected<Sample, ScanFailure> Scanner::scan(const std::vector<std::uint32_t>& details) {
  Sample sample;
  const auto started = std::chrono::steady_clock::now();
  sample.number = ++number_;
  object_.skeleton->bss->scan_number = number_;

  // Totals before live connections: one that ends in between is then missing once, never counted twice. Endings after
  // them: one that is closed in between is among the one or the other.
  const auto roles = read_totals(sample);
  if (!roles) return tl::unexpected(roles.error());
  if (auto read = read_descriptors(sample, details); !read) return tl::unexpected(read.error());
  if (auto read = read_processes(sample, *roles); !read) return tl::unexpected(read.error());
  if (auto read = read_endings(sample); !read) return tl::unexpected(read.error());
  if (auto read = read_losses(sample); !read) return tl::unexpected(read.error());

  // From here on nothing fails.
  sample.closed = ring_.take();
  sample.closed.insert(sample.closed.end(), ended_unseen_.begin(), ended_unseen_.end());
  std::vector<sw_connection>().swap(ended_unseen_);  // its room, too, goes back
  listen_drops_.count(sample.live, [](std::uint32_t pid) -> std::optional<std::uint64_t> {
    const auto text = read_text("/proc/" + std::to_string(pid) + "/net/netstat");
    return text ? listen_drops_in(*text) : std::nullopt;
  });
  read_facts(sample);
  retire(sample);
  name_the_gone(sample);
  last_live_ = sample.live.size();
  sample.tables = map_fills(object_, entries_);
  sample.tables.push_back({"process_facts", facts_.size(), {}, facts_.bytes()});

  sample.time = std::chrono::steady_clock::now();
  sample.wall = std::chrono::system_clock::now();
  sample.scan_duration = sample.time - started;
  return sample;
}

Scanner::Outcome Scanner::pass(Sample& sample, std::vector<char>& written, std::uint32_t pid) {
  auto& state = *object_.skeleton->bss;
  state.scan_filled = 0;
  const auto iterator = object_.open_iterator(object_.skeleton->progs.descriptor_seen, pid);
  if (!iterator && pid != 0 && iterator.error().code == ESRCH) return {};  // it has ended
  if (!iterator) return tl::unexpected(ScanFailure{ScanPart::descriptors, iterator.error()});
  char chunk[65536];
  const ScanningThread thread(state.scan_tid);
  while (true) {
    const ssize_t count = read(iterator->get(), chunk, sizeof(chunk));
    const int code = errno;
    take_live(sample);
    if (count == 0) return {};
    if (count > 0) {
      written.insert(written.end(), chunk, chunk + count);
    } else if (code != EAGAIN && code != EINTR) {  // EAGAIN: the scan buffer is full, or a million elements were seen
      return tl::unexpected(ScanFailure{ScanPart::live, Error{"go on with the iterator", "task_file", code, ""}});
    }
  }
}

Scanner::Outcome Scanner::walk(Sample& sample, std::vector<char>& written, const DescriptorPlan::Walk& plan) {
  if (plan.all) return pass(sample, written);
  for (const auto pid : plan.pids)
    if (auto walked = pass(sample, written, pid); !walked) return walked;
  return {};
}

tl::expected<std::unordered_set<std::uint32_t>, ScanFailure> Scanner::read_users() const {
  const auto serials = read_table<__u32, __u32>(object_.skeleton->maps.process_serials);
  if (!serials) return tl::unexpected(ScanFailure{ScanPart::descriptors, serials.error()});
  std::unordered_set<std::uint32_t> users;
  for (const auto& [pid, serial] : *serials) users.insert(pid);
  return users;
}

void Scanner::take_live(Sample& sample) {
  auto& state = *object_.skeleton->bss;
  const auto* bytes = static_cast<const char*>(buffer_.get());
  const std::size_t filled = state.scan_filled, before = sample.live.size();
  if (filled == 0) return;
  sample.live.resize(before + filled);
  for (std::size_t i = 0; i < filled; ++i)
    std::memcpy(&sample.live[before + i], bytes + i * entry_bytes(), sizeof(sw_connection));
  state.scan_filled = 0;
}

Scanner::Outcome Scanner::read_descriptors(Sample& sample, const std::vector<std::uint32_t>& details) {
  const auto& maps = object_.skeleton->maps;
  const __u32 one = 1;
  sample.live.reserve(last_live_ + last_live_ / 8);

  DescriptorPlan::Numbers numbers;
  std::unordered_set<std::uint32_t> users;
  if (plan_.wants_numbers()) {
    numbers = read_descriptor_numbers();
    auto read = read_users();
    if (!read) return tl::unexpected(read.error());
    users = std::move(*read);
    users.insert(details.begin(), details.end());
  }
  const DescriptorPlan::Walk plan = plan_.next(numbers, users);

  std::vector<char> written;
  for (const auto pid : details) bpf_map_update_elem(bpf_map__fd(maps.detailed_processes), &pid, &one, BPF_ANY);
  const auto walked = walk(sample, written, plan);
  for (const auto pid : details) bpf_map_delete_elem(bpf_map__fd(maps.detailed_processes), &pid);
  if (!walked) return walked;
  sample.descriptor_details.resize(written.size() / sizeof(sw_descriptor));
  std::memcpy(sample.descriptor_details.data(), written.data(),
              sample.descriptor_details.size() * sizeof(sw_descriptor));
  const auto all = read_table<__u32, sw_descriptor_counts>(maps.descriptor_counts);
  if (!all) return tl::unexpected(ScanFailure{ScanPart::descriptors, all.error()});
  sample.descriptors = plan.resting;
  for (const auto& [pid, counts] : *all) {
    if (counts.scan == number_)
      sample.descriptors.emplace(pid, counts);
    else if (!plan.resting.contains(pid))
      bpf_map_delete_elem(bpf_map__fd(maps.descriptor_counts), &pid);
  }
  plan_.found(sample.descriptors, numbers);
  entries_["descriptor_counts"] = sample.descriptors.size();
  entries_["records"] = sample.live.size();
  return {};
}

/// Connections that are closed and not yet gone, and those whose end was kept from us.
Scanner::Outcome Scanner::read_endings(Sample& sample) {
  const auto& map = object_.skeleton->maps.ending_connections;
  const auto now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  const auto endings = read_table<__u64, sw_ending>(map);
  if (!endings) return tl::unexpected(ScanFailure{ScanPart::endings, endings.error()});
  for (const auto& [id, ending] : *endings) {
    const auto ended = has_ended(ending);
    if (!ended) return tl::unexpected(ended.error());
    if (*ended) {
      ended_unseen_.push_back(ending.connection);
      ended_unseen_.back().socket.end_unseen = 1;
      bpf_map_delete_elem(bpf_map__fd(map), &id);
    } else if (ending.connection.socket.has_descriptor == 0 && ending.connection.record.scan != number_) {
      sample.live.push_back(as_of(now, ending.connection));
    }
  }
  entries_["ending_connections"] = endings->size();
  return {};
}

tl::expected<bool, ScanFailure> Scanner::has_ended(const sw_ending& ending) {
  const bpf_program* program = object_.ending_program();
  if (program == nullptr) return false;
  const auto state = Object::run(program, ending.connection.record.id);
  if (!state) return tl::unexpected(ScanFailure{ScanPart::endings, state.error()});
  return *state == SW_ENDING_ENDED;
}

tl::expected<Scanner::Roles, ScanFailure> Scanner::read_totals(Sample& sample) {
  const auto& maps = object_.skeleton->maps;
  const auto failed = [](const Error& error) { return tl::unexpected(ScanFailure{ScanPart::totals, error}); };
  const auto endpoints = read_table<sw_endpoint_key, sw_totals>(maps.endpoints);
  if (!endpoints) return failed(endpoints.error());
  for (const auto& [key, totals] : *endpoints) sample.endpoints.push_back({key, totals, false});
  auto roles = read_table<sw_process_role_key, sw_process_role>(maps.process_roles);
  if (!roles) return failed(roles.error());
  const auto options = read_table<sw_other_option_key, __u64>(maps.other_options);
  if (!options) return failed(options.error());
  for (const auto& [key, count] : *options) sample.other_options.push_back({key, count});
  const auto binds = read_table<sw_refused_bind_key, sw_refused_bind>(maps.refused_binds);
  if (!binds) return failed(binds.error());
  for (const auto& [key, refused] : *binds) sample.refused_binds.push_back({key, refused});
  entries_["endpoints"] = sample.endpoints.size();
  entries_["process_roles"] = roles->size();
  entries_["other_options"] = sample.other_options.size();
  entries_["refused_binds"] = sample.refused_binds.size();
  return std::move(*roles);
}

Scanner::Outcome Scanner::read_processes(Sample& sample, const Roles& roles) {
  const auto* map = object_.skeleton->maps.processes;
  const auto processes = read_table<__u32, sw_process>(map);
  if (!processes) return tl::unexpected(ScanFailure{ScanPart::totals, processes.error()});
  std::unordered_map<std::uint32_t, std::size_t> index;
  sample.processes.push_back({});  // process 0: what could not be attributed
  index[0] = 0;
  for (const auto& [serial, process] : *processes) {
    index[serial] = sample.processes.size();
    sample.processes.emplace_back().process = process;
  }
  for (const auto& [key, row] : roles) {
    const auto found = index.find(key.process);
    if (found != index.end() && key.role < SW_ROLE_COUNT) sample.processes[found->second].roles[key.role] = row;
  }
  entries_["processes"] = processes->size();
  return {};
}

Scanner::Outcome Scanner::read_losses(Sample& sample) {
  const auto& maps = object_.skeleton->maps;
  const auto failed = [](const char* operation, const char* object) {
    return tl::unexpected(ScanFailure{ScanPart::losses, Error{operation, object, errno, ""}});
  };
  std::vector<__u64> values(static_cast<std::size_t>(std::max(libbpf_num_possible_cpus(), 1)));
  for (__u32 loss = 0; loss < SW_LOSS_COUNT; ++loss) {
    if (bpf_map_lookup_elem(bpf_map__fd(maps.losses), &loss, values.data()) != 0)
      return failed("read the table", "losses");
    for (const auto value : values) sample.losses[loss] += value;
  }
  sample.losses[SW_LOSS_DETAIL] += ring_.lost();
  for (const auto& hook : object_.hooks) {
    const int program = bpf_program__fd(hook.program);
    if (program < 0) continue;
    bpf_prog_info info{};
    __u32 bytes = sizeof(info);
    if (bpf_obj_get_info_by_fd(program, &info, &bytes) != 0)
      return failed("ask about", bpf_program__name(hook.program));
    sample.losses[SW_LOSS_MISSED] += info.recursion_misses;  // 5.12+, 0 before
  }
  return {};
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
