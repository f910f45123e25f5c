#include "agent/model/descriptor_history.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace sockwarden {
namespace {

/// A count that stood still for so many rounds needs no look, unless something is waiting to be confirmed.
constexpr std::uint32_t quiet_after = 12;
constexpr std::uint32_t last_inherited = 2;  // standard input, output and error

TcpState state_of(const sw_descriptor& detail) { return static_cast<TcpState>(detail.tcp_state); }

std::uint8_t kind_of(const sw_descriptor& detail, std::uint8_t unconnected) {
  if (detail.type >= SW_DESCRIPTOR_COUNT) return SW_DESCRIPTOR_OTHER;
  return detail.type == SW_DESCRIPTOR_SOCKET && state_of(detail) == TcpState::close ? unconnected : detail.type;
}

/// Connections and listeners have a model of their own.
bool is_tcp_in_use(const sw_descriptor& detail) {
  return state_of(detail) != TcpState::unknown && state_of(detail) != TcpState::close;
}

}  // namespace

void DescriptorHistory::update(const Sample& sample, const Model& model) {
  ++round_;
  now_ = sample.time;
  take_counts(sample, model);
  take_details(sample);
}

void DescriptorHistory::take_counts(const Sample& sample, const Model& model) {
  for (const auto& [pid, counts] : sample.descriptors) {
    const auto [found, is_new] = processes_.try_emplace(pid);
    Watched& process = found->second;
    process.round = round_;
    if (is_new) process.seen_from_start = round_ > 1;
    const bool moved = !std::equal(process.count.begin(), process.count.end(), std::begin(counts.count));
    process.quiet_rounds = moved ? 0 : process.quiet_rounds + 1;
    std::copy(std::begin(counts.count), std::end(counts.count), process.count.begin());
    if (const Process* known = model.process_of_pid(pid)) process.limit = known->facts.descriptor_limit;
  }
  std::erase_if(processes_, [&](const auto& item) {
    if (item.second.round == round_) return false;
    held_ -= item.second.held.size();
    return true;
  });
}

void DescriptorHistory::take_details(const Sample& sample) {
  std::set<std::uint32_t> read;
  for (const sw_descriptor& detail : sample.descriptor_details) {
    const auto found = processes_.find(detail.tgid);
    if (found == processes_.end()) continue;
    read.insert(detail.tgid);
    if (detail.fd > last_inherited && !is_tcp_in_use(detail)) take_detail(found->second, detail, sample.time);
  }
  for (const auto& [pid, process] : processes_)
    if (!process.held.empty() && std::ranges::all_of(process.count, [](std::uint32_t count) { return count == 0; }))
      read.insert(pid);  // nothing is left that could have been read
  for (const std::uint32_t pid : read) {
    Watched& process = processes_.at(pid);
    process.looked_at = true;
    held_ -= std::erase_if(process.held, [&](const auto& item) {
      if (item.second.round == round_) return false;
      ++process.went[item.second.kind];
      return true;
    });
  }
}

void DescriptorHistory::take_detail(Watched& process, const sw_descriptor& detail, Instant now) {
  const auto found = process.held.find(detail.file);
  const std::uint8_t kind = kind_of(detail, unconnected);
  if (found != process.held.end()) {
    Held& held = found->second;
    if (held.inode == detail.inode && held.device == detail.device && held.kind == kind) {
      held.used = held.used || held.position != detail.position;
      held.round = round_;
      return;
    }
    ++process.went[held.kind];  // the kernel gave its place to another
  } else if (held_ >= limits_.descriptors) {
    return;
  } else {
    ++held_;
  }
  ++process.came[kind];
  const bool known = process.looked_at || process.seen_from_start;
  process.held[detail.file] = {detail.inode, detail.position, detail.device, kind, false, known, now, round_};
}

std::vector<std::uint32_t> DescriptorHistory::wanted() const {
  std::vector<std::uint32_t> pids;
  for (const auto& [pid, process] : processes_)
    if (process.quiet_rounds < quiet_after && (round_ > 1 || process.looked_at)) pids.push_back(pid);
  // Those that moved last come first.
  std::sort(pids.begin(), pids.end(), [&](std::uint32_t a, std::uint32_t b) {
    const std::uint32_t left = processes_.at(a).quiet_rounds, right = processes_.at(b).quiet_rounds;
    return left != right ? left < right : a < b;
  });
  if (pids.size() > limits_.asked) pids.resize(limits_.asked);
  return pids;
}

std::vector<std::uint32_t> DescriptorHistory::watched() const {
  std::vector<std::uint32_t> pids;
  for (const auto& [pid, process] : processes_)
    if (!process.held.empty()) pids.push_back(pid);
  std::sort(pids.begin(), pids.end());
  return pids;
}

std::vector<DescriptorGrowth> DescriptorHistory::growths(std::uint32_t pid, std::chrono::nanoseconds age) const {
  const auto found = processes_.find(pid);
  if (found == processes_.end()) return {};
  const Watched& process = found->second;
  std::array<DescriptorGrowth, kinds> growths;
  std::array<std::set<Instant>, kinds> moments;
  std::array<std::set<std::pair<std::uint32_t, std::uint64_t>>, kinds> inodes;
  for (const auto& [file, held] : process.held) {
    if (!held.known || held.used) continue;
    DescriptorGrowth& growth = growths[held.kind];
    if (now_ - held.first < age) {
      ++growth.young;
      continue;
    }
    growth.files.push_back(file);
    moments[held.kind].insert(held.first);
    inodes[held.kind].emplace(held.device, held.inode);
  }
  std::vector<DescriptorGrowth> result;
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    DescriptorGrowth& growth = growths[kind];
    if (growth.files.empty()) continue;
    std::sort(growth.files.begin(), growth.files.end());
    growth.pid = pid;
    growth.type = kind == unconnected ? std::uint8_t{SW_DESCRIPTOR_SOCKET} : static_cast<std::uint8_t>(kind);
    growth.unconnected_tcp = kind == unconnected;
    growth.in_all = std::accumulate(process.count.begin(), process.count.end(), std::uint64_t{0});
    growth.rounds = static_cast<std::uint32_t>(moments[kind].size());
    growth.first = *moments[kind].begin();
    growth.last = *moments[kind].rbegin();
    growth.came = process.came[kind];
    growth.went = process.went[kind];
    growth.different = inodes[kind].size();
    growth.limit = process.limit;
    result.push_back(std::move(growth));
  }
  return result;
}

}  // namespace sockwarden
