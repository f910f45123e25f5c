#include "tests/twin/recording.h"

#include <stdexcept>
#include <unordered_map>

#include "tests/twin/cycles.h"
#include "tests/twin/fields.h"

namespace sockwarden::testing {
namespace {

/// Above PID_MAX_LIMIT (include/linux/threads.h): what asks /proc of them finds nobody, also where the test runs.
constexpr std::uint32_t pids_begin = 5'000'000;

std::uint32_t stranger(std::uint32_t pid) { return pid == 0 ? 0 : pids_begin + pid; }

Sample with_strange_pids(Sample sample) {
  for (auto* connections : {&sample.live, &sample.closed})
    for (auto& [record, socket, read_ns] : *connections)
      for (auto* pid : {&record.tgid, &record.holder_tgid, &record.receiver_tid}) *pid = stranger(*pid);
  for (ProcessSample& row : sample.processes) row.process.tgid = stranger(row.process.tgid);
  std::unordered_map<std::uint32_t, ProcessFacts> facts;
  for (auto& [pid, one] : sample.facts) {
    one.pid = stranger(one.pid);
    one.parent_pid = stranger(one.parent_pid);
    facts.emplace(stranger(pid), std::move(one));
  }
  sample.facts = std::move(facts);
  std::unordered_map<std::uint32_t, sw_descriptor_counts> descriptors;
  for (const auto& [pid, counts] : sample.descriptors) descriptors.emplace(stranger(pid), counts);
  sample.descriptors = std::move(descriptors);
  return sample;
}

std::uint64_t ns_of(const Sample& sample) { return static_cast<std::uint64_t>(sample.time.time_since_epoch().count()); }

}  // namespace

Recording::Recording(std::vector<Sample> captured) : captured_(std::move(captured)) {
  if (captured_.empty()) throw std::runtime_error("nothing was captured");
  for (Sample& sample : captured_) {
    sample = with_strange_pids(std::move(sample));
    turn_ages(sample);
  }
}

Sample Recording::next() {
  if (at_ == captured_.size()) {
    at_ = 0;
  } else if (ended()) {
    throw std::runtime_error("no more was captured");
  } else {
    if (waited_ns_ != 0) waits_.emplace_back(ns_of(captured_[at_]), std::exchange(waited_ns_, 0));
    ++at_;
  }
  return shown();
}

Sample Recording::later(std::chrono::nanoseconds duration) {
  waited_ns_ += static_cast<std::uint64_t>(duration.count());
  Sample sample = shown();
  sample.closed.clear();  // told once
  return sample;
}

Sample Recording::next_for_ever() {
  if (!waits_.empty() || waited_ns_ != 0) throw std::runtime_error("what waited is not repeated");
  if (ended()) {
    Cycles(captured_).must_repeat();
    ++cycle_;
    at_ = 0;
  }
  return next();
}

Instant Recording::now() const {
  const std::uint64_t cycles_ns = cycle_ * (ns_of(captured_.back()) - ns_of(captured_.front()));
  return Instant(std::chrono::nanoseconds(moved(ns_of(captured_.at(at_))) + waited_ns_ + cycles_ns));
}

std::uint64_t Recording::moved(std::uint64_t ns) const {
  std::uint64_t shift = 0;
  for (const auto& [after, duration] : waits_) shift += ns > after ? duration : 0;
  return ns == 0 ? 0 : ns + shift;
}

Sample Recording::shown() {
  Sample sample = captured_.at(at_);
  sample.number = ++number_;
  sample.wall += now() - sample.time;
  sample.time = now();
  for (auto* connections : {&sample.live, &sample.closed}) {
    for (sw_connection& connection : *connections) {
      each_moment(connection, connection, [this](__u64& moment, __u64) { moment = moved(moment); });
      connection.read_ns = moved(connection.read_ns) + waited_ns_;
    }
  }
  for (ProcessSample& row : sample.processes) {
    row.process.first_seen_ns = moved(row.process.first_seen_ns);
    row.process.exited_ns = moved(row.process.exited_ns);
  }
  for (RefusedBindSample& row : sample.refused_binds) row.refused.last_ns = moved(row.refused.last_ns);
  Cycles(captured_).repeat(sample, cycle_);
  turn_ages(sample);
  return sample;
}

}  // namespace sockwarden::testing
