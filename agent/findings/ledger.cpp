#include "agent/findings/ledger.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "agent/findings/attributed_finding.h"

namespace sockwarden {
namespace {

bool has_ended(const Process* process) { return process == nullptr || process->exited; }

/// Restarted: another process does the same now.
Resolution resolution_of(const Process& process, const Model& model) {
  if (!has_ended(model.process_of_serial(process.serial))) return Resolution::healed;
  const bool again = std::any_of(model.processes.begin(), model.processes.end(), [&](const auto& item) {
    const Process& other = item.second;
    return other.serial != process.serial && !other.exited && other.first_seen > process.first_seen &&
           other.identity == process.identity && other.facts.cmdline == process.facts.cmdline;
  });
  return again ? Resolution::restarted : Resolution::process_gone;
}

}  // namespace

std::vector<LedgerEvent> Ledger::update(std::vector<Finding> findings, const Model& model) {
  ++round_;
  without_room_.clear();
  count_shares();
  std::vector<LedgerEvent> events;
  Superseded sorted = most_specific(attributed(std::move(findings), model), recent_explanations(model.time));
  forget_superseded(sorted.ids, model, events);
  for (AttributedFinding& statement : sorted.kept) take(std::move(statement), model, events);
  for (auto& [id, record] : records_)
    if (record.entry.active && record.round != round_) miss(record, model, events);
  forget_old(model.time);
  return events;
}

std::vector<Explanation> Ledger::recent_explanations(Instant now) const {
  std::vector<Explanation> recent;
  for (const auto& [id, record] : records_) {
    if (now - record.stated >= limits_.grace) continue;
    recent.push_back(explanation_of(record.entry.finding, record.entry.process));
    recent.back().subjects = record.subjects.now();
  }
  return recent;
}

void Ledger::take(AttributedFinding statement, const Model& model, std::vector<LedgerEvent>& events) {
  auto found = records_.find(statement.id);
  const bool known = found != records_.end();
  if (!known) {
    if (active_of(statement.process.serial) >= limits_.process_entries || !make_room(statement.process)) {
      refuse(statement.process);
      return;
    }
    ++active_[statement.process.serial];
    shares_.add(statement.process);
    found = records_.emplace(statement.id, Record{.subjects = SubjectMemory(limits_.past_subjects)}).first;
    found->second.entry.id = statement.id;
    found->second.entry.first_seen = model.wall;
    found->second.stated = model.time;
    found->second.hold = limits_.hold;
  }
  Record& record = found->second;
  LedgerEntry& entry = record.entry;
  const bool activated = !known || !entry.active;
  const std::uint64_t last_count = known && entry.active ? entry.finding.count : 0;

  Finding& finding = statement.finding;
  std::uint64_t growth = finding.count > last_count ? finding.count - last_count : 0;
  if (!finding.subjects.empty()) growth = record.subjects.take(std::exchange(finding.subjects, {}));
  growth = std::max(growth, finding.count > entry.total ? finding.count - entry.total : 0);
  if (finding.origin.empty() && finding.stack_ids == entry.finding.stack_ids)
    finding.origin = std::move(entry.finding.origin);

  entry.finding = std::move(finding);
  if (statement.process.pid != 0 || !known) entry.process = std::move(statement.process);
  entry.active = true;
  entry.resolved_at.reset();
  entry.resolution.reset();
  entry.last_seen = model.wall;
  entry.total += growth;
  record.round = round_;
  note_statement(record, model.time);
  if (activated) events.push_back({LedgerEvent::Kind::activated, entry});
}

void Ledger::note_statement(Record& record, Instant now) const {
  const auto away = now - record.stated;
  if (record.missed && away * 2 <= limits_.longest_hold) record.hold = std::max(record.hold, away * 2);
  record.stated = now;
  record.missed = false;
}

void Ledger::miss(Record& record, const Model& model, std::vector<LedgerEvent>& events) {
  if (!record.missed) record.unstated = model.time;
  record.missed = true;
  const Process* process = model.process_of_serial(record.entry.process.serial);
  if (has_ended(process) || model.time - record.stated >= record.hold) resolve(record, model, events);
}

void Ledger::resolve(Record& record, const Model& model, std::vector<LedgerEvent>& events) {
  record.entry.active = false;
  record.resolved = record.missed ? record.unstated : model.time;
  record.entry.resolved_at = model.wall_of(record.resolved);
  record.entry.resolution = resolution_of(record.entry.process, model);
  if (const Process* process = model.process_of_serial(record.entry.process.serial)) record.entry.process = *process;
  events.push_back({LedgerEvent::Kind::resolved, record.entry});
}

void Ledger::forget_superseded(const std::vector<std::string>& ids, const Model& model,
                               std::vector<LedgerEvent>& events) {
  for (const std::string& id : ids) {
    const auto found = records_.find(id);
    if (found == records_.end()) continue;
    if (found->second.entry.active) resolve(found->second, model, events);
    records_.erase(found);
  }
}

void Ledger::forget_old(Instant now) {
  std::erase_if(records_, [&](const auto& item) {
    const Record& record = item.second;
    return !record.entry.active && now - record.resolved >= limits_.retention;
  });
}

void Ledger::count_shares() {
  active_.clear();
  shares_.clear();
  for (const auto& [id, record] : records_) {
    if (record.entry.active) ++active_[record.entry.process.serial];
    shares_.add(record.entry.process);
  }
}

void Ledger::refuse(const Process& process) {
  ++refused_;
  ++without_room_[user_of(process)];
}

bool Ledger::make_room(const Process& process) {
  if (records_.size() < limits_.entries) return true;
  if (const auto giver = shares_.who_makes_room_for(process)) return forget_one_of(*giver);
  return forget_resolved_of(user_of(process));
}

bool Ledger::forget_one_of(std::uint32_t process) {
  auto least = records_.end();
  const auto weight = [](const Record& record) {
    const auto age =
        record.entry.active ? -record.entry.first_seen.time_since_epoch() : record.resolved.time_since_epoch();
    return std::tuple(record.entry.active, record.entry.finding.severity, age);
  };
  for (auto it = records_.begin(); it != records_.end(); ++it) {
    if (it->second.entry.process.serial != process) continue;
    if (least == records_.end() || weight(it->second) < weight(least->second)) least = it;
  }
  if (least == records_.end()) return false;
  forget(least);
  return true;
}

bool Ledger::forget_resolved_of(std::uint32_t user) {
  auto oldest = records_.end();
  for (auto it = records_.begin(); it != records_.end(); ++it) {
    const Record& record = it->second;
    if (record.entry.active || user_of(record.entry.process) != user) continue;
    if (oldest == records_.end() || record.resolved < oldest->second.resolved) oldest = it;
  }
  if (oldest == records_.end()) return false;
  forget(oldest);
  return true;
}

void Ledger::forget(std::map<std::string, Record>::iterator record) {
  const LedgerEntry& entry = record->second.entry;
  shares_.remove(entry.process);
  if (entry.active) {
    --active_[entry.process.serial];
    if (record->second.round == round_) refuse(entry.process);
  } else {
    ++dropped_;
  }
  records_.erase(record);
}

TableFill Ledger::table() const {
  std::uint64_t bytes = 0;
  for (const auto& [id, record] : records_) {
    const Finding& finding = record.entry.finding;
    bytes += sizeof(record) + id.size() + finding.summary.size() + finding.advice.size() +
             (finding.subjects.capacity() + record.subjects.size()) * sizeof(std::uint64_t) +
             finding.evidence.size() * sizeof(EvidenceValues::value_type) + bytes_of(record.entry.process);
    for (const OriginStack& stack : finding.origin)
      for (const std::string& frame : stack.frames) bytes += sizeof(frame) + frame.size();
  }
  return {"findings", records_.size(), limits_.entries, bytes};
}

std::size_t Ledger::active_of(std::uint32_t process) const {
  const auto found = active_.find(process);
  return found == active_.end() ? 0 : found->second;
}

void Ledger::set_origin(const std::string& id, std::vector<OriginStack> origin) {
  const auto found = records_.find(id);
  if (found != records_.end()) found->second.entry.finding.origin = std::move(origin);
}

std::vector<LedgerEntry> Ledger::entries() const {
  std::vector<LedgerEntry> entries;
  entries.reserve(records_.size());
  for (const auto& [id, record] : records_) entries.push_back(record.entry);
  std::sort(entries.begin(), entries.end(), [](const LedgerEntry& a, const LedgerEntry& b) {
    return std::tie(b.first_seen, a.id) < std::tie(a.first_seen, b.id);
  });
  return entries;
}

}  // namespace sockwarden
