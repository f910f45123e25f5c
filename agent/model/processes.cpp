#include "agent/model/processes.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace sockwarden {
namespace {

constexpr std::size_t max_parents = 65'536;

const ProcessFacts* facts_of(const Sample& sample, std::uint32_t pid) {
  const auto found = sample.facts.find(pid);
  return found == sample.facts.end() ? nullptr : &found->second;
}

Identity identity_of(const ProcessFacts& facts) {
  return {facts.comm, facts.container_id, facts.unit, facts.service.empty() ? facts.comm : facts.service};
}

/// Facts of each cgroup, learnt from processes that could still be read: a process that was gone before it could be
/// read belongs to the same container and unit as the others of its cgroup.
class CgroupFacts {
 public:
  CgroupFacts(const Sample& sample, const Model& last) : sample_(sample), last_(last) {}

  [[nodiscard]] const ProcessFacts* of(std::uint64_t cgroup_id) {
    if (!filled_) fill();
    const auto found = by_id_.find(cgroup_id);
    return found == by_id_.end() ? nullptr : found->second;
  }

 private:
  void fill() {
    filled_ = true;
    for (const ProcessSample& entry : sample_.processes) {
      const sw_process& raw = entry.process;
      const ProcessFacts* facts = raw.exited_ns == 0 ? facts_of(sample_, raw.tgid) : nullptr;
      if (facts == nullptr) {
        const Process* known = last_.process_of_serial(raw.serial);
        if (known != nullptr && known->facts.pid != 0) facts = &known->facts;
      }
      if (facts != nullptr && !facts->cgroup.empty()) by_id_.emplace(raw.cgroup_id, facts);
    }
  }

  const Sample& sample_;
  const Model& last_;
  bool filled_ = false;
  std::unordered_map<std::uint64_t, const ProcessFacts*> by_id_;
};

Process process_from(const sw_process& raw, const Sample& sample, const Model& last, CgroupFacts& cgroups) {
  Process process;
  process.serial = raw.serial;
  process.pid = raw.tgid;
  process.first_seen = Instant(std::chrono::nanoseconds(raw.first_seen_ns));
  process.exited = instant_of(raw.exited_ns);

  const Process* known = last.process_of_serial(raw.serial);
  const ProcessFacts* facts = process.exited ? nullptr : facts_of(sample, raw.tgid);
  if (facts == nullptr && known != nullptr && known->facts.pid != 0) facts = &known->facts;
  if (facts != nullptr) process.facts = *facts;

  if (known != nullptr) {
    process.identity = known->identity;
  } else if (facts != nullptr && !facts->comm.empty()) {
    process.identity = identity_of(*facts);
  } else {
    process.identity.comm.assign(raw.comm, strnlen(raw.comm, sizeof raw.comm));
    process.identity.service = process.identity.comm;
    if (const ProcessFacts* neighbour = cgroups.of(raw.cgroup_id)) {
      process.identity.container_id = neighbour->container_id;
      process.identity.unit = neighbour->unit;
      if (neighbour->is_named_by_unit) process.identity.service = neighbour->service;
    }
  }
  return process;
}

/// Processes that never used TCP have descriptors all the same.
void take_processes_without_tcp(Model& model, const Sample& sample) {
  for (const auto& [pid, facts] : sample.facts) {
    if (model.serial_by_pid.contains(pid)) continue;
    Process process;
    process.serial = serial_without_tcp(pid);
    process.pid = pid;
    process.identity = identity_of(facts);
    process.facts = facts;
    process.first_seen = sample.time;
    model.serial_by_pid[pid] = process.serial;
    model.processes.emplace(process.serial, std::move(process));
  }
}

void take_parents(Model& model, const Sample& sample, const Model& last) {
  if (last.parents.size() < max_parents) model.parents = last.parents;
  for (const auto& [pid, facts] : sample.facts) {
    if (facts.start_ticks == 0) continue;  // it was gone before /proc was asked
    Parent& parent = model.parents[pid];
    if (parent.pid == 0 || parent.start_ticks != facts.start_ticks) parent = {facts.start_ticks, facts.parent_pid};
  }
}

}  // namespace

void take_processes(Model& model, const Sample& sample, const Model& last) {
  CgroupFacts cgroups(sample, last);
  for (const ProcessSample& entry : sample.processes) {
    if (entry.process.serial == 0) continue;
    Process process = process_from(entry.process, sample, last, cgroups);
    if (!process.exited) {
      std::uint32_t& serial = model.serial_by_pid[process.pid];
      serial = std::max(serial, process.serial);
    }
    model.processes.insert_or_assign(process.serial, std::move(process));
  }
  take_processes_without_tcp(model, sample);
  take_parents(model, sample, last);
}

std::size_t bytes_of(const Process& process) {
  const Identity& identity = process.identity;
  return sizeof(process) + bytes_of_texts(process.facts) + identity.comm.capacity() + identity.container_id.capacity() +
         identity.unit.capacity() + identity.service.capacity();
}

const Process* Model::process_of_serial(std::uint32_t serial) const {
  const auto found = processes.find(serial);
  return found == processes.end() ? nullptr : &found->second;
}

const Process* Model::process_of(const Connection& connection) const { return process_of_serial(connection.process); }

const Process* Model::process_of_pid(std::uint32_t pid) const {
  const auto found = serial_by_pid.find(pid);
  return found == serial_by_pid.end() ? nullptr : process_of_serial(found->second);
}

std::vector<std::uint32_t> Model::children_of(std::uint32_t pid) const {
  std::vector<std::uint32_t> children;
  for (const auto& [child, parent] : parents)
    if (parent.pid == pid && child != pid) children.push_back(child);
  std::sort(children.begin(), children.end());
  return children;
}

std::vector<std::uint32_t> Model::family_of(std::uint32_t pid) const {
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> children;
  for (const auto& [child, parent] : parents) children[parent.pid].push_back(child);
  std::set<std::uint32_t> family{pid};
  std::vector<std::uint32_t> open{pid};
  while (!open.empty()) {
    const auto found = children.find(open.back());
    open.pop_back();
    if (found == children.end()) continue;
    for (const std::uint32_t child : found->second)
      if (family.insert(child).second) open.push_back(child);
  }
  return {family.begin(), family.end()};
}

}  // namespace sockwarden
