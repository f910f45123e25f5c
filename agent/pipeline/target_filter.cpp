#include "agent/pipeline/target_filter.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sockwarden {
namespace {

TargetSubject subject_of(const ProcessFacts& facts) {
  return {.comm = facts.comm, .exe = facts.exe, .cgroup = facts.cgroup, .pid = facts.pid, .ports = {}, .endpoint = ""};
}

TargetSubject subject_of(const sw_process& process, const Sample& sample) {
  const auto facts = sample.facts.find(process.tgid);
  if (facts != sample.facts.end()) return subject_of(facts->second);
  TargetSubject subject;
  subject.comm.assign(process.comm, strnlen(process.comm, sizeof(process.comm)));
  if (process.tgid != 0) subject.pid = process.tgid;
  return subject;
}

template <class Rows, class Shown>
void keep(Rows& rows, Shown shown) {
  std::erase_if(rows, [&shown](const auto& row) { return !shown(row); });
}

}  // namespace

TargetFilter::TargetFilter(Config::Targets targets) : targets_(std::move(targets)) {
  include_by_port_ = std::any_of(targets_.include.begin(), targets_.include.end(),
                                 [](const TargetRule& rule) { return rule.port.has_value(); });
}

/// The ports by which an include rule may let a process in.
TargetFilter::Ports TargetFilter::ports_used(const Sample& sample) const {
  Ports ports;
  if (!include_by_port_) return ports;
  for (const auto* connections : {&sample.live, &sample.closed}) {
    for (const sw_connection& connection : *connections) {
      ports[connection.record.process].insert({connection.record.local.port, connection.record.remote.port});
    }
  }
  for (const EndpointSample& endpoint : sample.endpoints) ports[endpoint.key.process].insert(endpoint.key.remote.port);
  return ports;
}

bool TargetFilter::bars(const TargetSubject& process) const {
  return std::any_of(targets_.exclude.begin(), targets_.exclude.end(),
                     [&](const TargetRule& rule) { return !rule.port && matches(rule, process); });
}

bool TargetFilter::admits(const TargetSubject& process) const {
  return targets_.include.empty() || std::any_of(targets_.include.begin(), targets_.include.end(),
                                                 [&](const TargetRule& rule) { return matches(rule, process); });
}

void TargetFilter::judge(const ProcessSample& process, const Sample& sample, const Ports& ports) {
  const std::uint32_t serial = process.process.serial;
  TargetSubject subject = subject_of(process.process, sample);
  subjects_[serial] = subject;
  if (verdicts_.contains(serial)) return;
  if (bars(subject)) {
    verdicts_[serial] = false;
    return;
  }
  if (const auto used = ports.find(serial); used != ports.end()) {
    subject.ports.assign(used->second.begin(), used->second.end());
  }
  if (admits(subject)) verdicts_[serial] = true;
}

bool TargetFilter::shows(std::uint32_t serial, std::uint32_t pid, std::vector<std::uint16_t> ports) const {
  TargetSubject subject;
  if (const auto known = subjects_.find(serial); known != subjects_.end()) {
    const auto verdict = verdicts_.find(serial);
    if (verdict == verdicts_.end() || !verdict->second) return false;
    subject = known->second;
  } else if (pid != 0) {
    subject.pid = pid;
  }
  subject.ports = std::move(ports);
  return is_target(targets_, subject);
}

Sample TargetFilter::narrow(Sample sample) {
  if (targets_.include.empty() && targets_.exclude.empty()) return sample;
  subjects_.clear();
  const Ports ports = ports_used(sample);
  std::map<std::uint32_t, bool> pids;
  for (const ProcessSample& process : sample.processes) {
    judge(process, sample, ports);
    const auto verdict = verdicts_.find(process.process.serial);
    pids[process.process.tgid] = verdict != verdicts_.end() && verdict->second;
  }
  for (const auto& [pid, facts] : sample.facts) pids.try_emplace(pid, is_target(targets_, subject_of(facts)));

  const auto shown = [this](const sw_connection& connection) {
    const sw_record& record = connection.record;
    return shows(record.process, record.tgid, {record.local.port, record.remote.port});
  };
  const auto admitted = [this](std::uint32_t serial) {
    const auto verdict = verdicts_.find(serial);
    return verdict != verdicts_.end() && verdict->second;
  };
  const auto pid_admitted = [&pids](std::uint32_t pid) {
    const auto known = pids.find(pid);
    return known != pids.end() && known->second;
  };
  keep(sample.live, shown);
  keep(sample.closed, shown);
  keep(sample.endpoints,
       [this](const EndpointSample& row) { return shows(row.key.process, 0, {row.key.remote.port}); });
  keep(sample.refused_binds, [&](const RefusedBindSample& row) { return admitted(row.key.process); });
  keep(sample.other_options, [&](const OptionSample& row) { return admitted(row.key.process); });
  keep(sample.descriptors, [&](const auto& row) { return pid_admitted(row.first); });
  keep(sample.descriptor_details, [&](const sw_descriptor& row) { return pid_admitted(row.tgid); });

  std::vector<std::uint32_t> retired;
  for (const ProcessSample& process : sample.processes) {
    if (process.retired) retired.push_back(process.process.serial);
  }
  keep(sample.processes, [&](const ProcessSample& row) { return admitted(row.process.serial); });
  for (const std::uint32_t serial : retired) verdicts_.erase(serial);
  return sample;
}

}  // namespace sockwarden
