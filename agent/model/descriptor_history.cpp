#include "agent/model/descriptor_history.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace sockwarden {
namespace {

/// A count that stood still for so many rounds needs no look, unless something is waiting to be confirmed.
constexpr std::uint32_t quiet_after = 12;
constexpr std::uint32_t last_inherited = 2;  // standard input, output and error
/// Fewer are no growth.
constexpr std::size_t least_gathered = 3;

TcpState state_of(const sw_descriptor& detail) { return static_cast<TcpState>(detail.tcp_state); }

/// Connections and listeners have a model of their own.
bool is_tcp_in_use(const sw_descriptor& detail) {
  return state_of(detail) != TcpState::unknown && state_of(detail) != TcpState::close;
}

}  // namespace

void DescriptorHistory::update(const Sample& sample, const Model& model) {
  ++round_;
  now_ = sample.time;
  take_counts(sample, model);
  take_children(sample);
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

void DescriptorHistory::take_children(const Sample& sample) {
  for (auto& [pid, process] : processes_) process.children = 0;
  for (const auto& [pid, facts] : sample.facts)
    if (const auto parent = processes_.find(facts.parent_pid); parent != processes_.end()) ++parent->second.children;
}

std::uint64_t DescriptorHistory::Watched::work(std::uint8_t kind) const {
  std::uint64_t work = std::uint64_t{threads} + children;
  if (kind < SW_DESCRIPTOR_COUNT && kind != SW_DESCRIPTOR_SOCKET) work += count[SW_DESCRIPTOR_SOCKET];
  if (kind < SW_DESCRIPTOR_COUNT && kind != SW_DESCRIPTOR_UNIX) work += count[SW_DESCRIPTOR_UNIX];
  return work;
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
  process.threads = detail.threads;
  if (found != process.held.end()) {
    HeldDescriptor& held = found->second;
    if (held.inode == detail.inode && held.device == detail.device && held.kind == kind_of(detail)) {
      held.numbers = held.round == round_ ? held.numbers + 1 : 1;
      held.used = held.used || held.was_used_by(detail);
      held.take(detail);
      held.round = round_;
      return;
    }
    ++process.went[held.kind];  // the kernel gave its place to another
  } else if (held_ >= limits_.descriptors) {
    return;
  } else {
    ++held_;
  }
  HeldDescriptor& held = process.held[detail.file] = {};
  held.take(detail);
  held.numbers = 1;
  held.used = held.kind == SW_DESCRIPTOR_EPOLL && held.has(SW_SIGN_AWAITED);
  // What a process shares with others when it is first seen was handed down to it.
  held.known = process.looked_at || (process.seen_from_start && !held.is_shared());
  held.work = process.work(held.kind);
  held.first = now;
  held.round = round_;
  ++process.came[held.kind];
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

namespace {

using Entry = std::pair<std::uint64_t, const HeldDescriptor*>;

Gathered gathered(const std::vector<Entry>& entries) {
  Gathered all;
  std::set<Instant> moments;
  std::set<std::pair<std::uint32_t, std::uint64_t>> inodes;
  for (const auto& [file, held] : entries) {
    all.files.push_back(file);
    moments.insert(held->first);
    inodes.emplace(held->device, held->inode);
  }
  if (entries.empty()) return all;
  std::sort(all.files.begin(), all.files.end());
  all.rounds = static_cast<std::uint32_t>(moments.size());
  all.different = inodes.size();
  all.first = *moments.begin();
  all.last = *moments.rbegin();
  return all;
}

DescriptorGrowth growth_of(std::uint8_t kind, const std::vector<Entry>& entries, Instant old) {
  std::vector<const HeldDescriptor*> kindred;
  for (const auto& [file, held] : entries) kindred.push_back(held);
  const Surroundings surroundings(kindred);
  std::vector<Entry> forgotten;
  DescriptorGrowth growth;
  growth.type = kind < SW_DESCRIPTOR_COUNT ? kind : std::uint8_t{SW_DESCRIPTOR_SOCKET};
  if (kind == HeldDescriptor::never_connected) growth.closed_tcp = ClosedTcp::unused;
  if (kind == HeldDescriptor::disconnected) growth.closed_tcp = ClosedTcp::connected;
  std::vector<Entry> known;
  for (const Entry& entry : entries) {
    if (!entry.second->known) continue;
    known.push_back(entry);
    growth.used += entry.second->used ? 1 : 0;
    if (entry.second->first <= old && surroundings.is_forgotten(*entry.second)) forgotten.push_back(entry);
  }
  growth.all = gathered(known);
  growth.forgotten = gathered(forgotten);
  return growth;
}

}  // namespace

std::vector<DescriptorGrowth> DescriptorHistory::growths(std::uint32_t pid, std::chrono::nanoseconds age) const {
  const auto found = processes_.find(pid);
  if (found == processes_.end()) return {};
  const Watched& process = found->second;
  std::array<std::size_t, HeldDescriptor::kinds> known{};
  for (const auto& [file, held] : process.held) known[held.kind] += held.known ? 1 : 0;
  std::array<std::vector<Entry>, HeldDescriptor::kinds> entries;
  for (const auto& [file, held] : process.held)
    if (known[held.kind] >= least_gathered) entries[held.kind].emplace_back(file, &held);
  std::vector<DescriptorGrowth> result;
  for (std::uint8_t kind = 0; kind < HeldDescriptor::kinds; ++kind) {
    if (entries[kind].empty()) continue;
    DescriptorGrowth growth = growth_of(kind, entries[kind], now_ - age);
    growth.pid = pid;
    growth.in_all = std::accumulate(process.count.begin(), process.count.end(), std::uint64_t{0});
    growth.came = process.came[kind];
    growth.went = process.went[kind];
    growth.limit = process.limit;
    if (!growth.forgotten.files.empty()) {
      std::uint64_t before = ~std::uint64_t{0};
      for (const std::uint64_t file : growth.forgotten.files) before = std::min(before, process.held.at(file).work);
      growth.work = process.work(kind) - std::min(process.work(kind), before);
    }
    result.push_back(std::move(growth));
  }
  return result;
}

TableFill DescriptorHistory::table() const {
  constexpr std::size_t node = sizeof(HeldDescriptor) + 4 * sizeof(void*);
  return {"descriptors", held_, limits_.descriptors, processes_.size() * sizeof(Watched) + held_ * node};
}

}  // namespace sockwarden
