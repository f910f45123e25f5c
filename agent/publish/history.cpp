#include "agent/publish/history.h"

#include <algorithm>
#include <tuple>

#include "agent/publish/disclosure.h"
#include "agent/publish/finding_json.h"
#include "agent/publish/gzip.h"
#include "agent/publish/pool_json.h"

namespace sockwarden {
namespace {

/// The first `most` in this order.
template <class T, class Before>
std::vector<const T*> first_of(const std::vector<T>& all, std::size_t most, Before before) {
  std::vector<const T*> chosen;
  chosen.reserve(all.size());
  for (const T& each : all) chosen.push_back(&each);
  most = std::min(most, chosen.size());
  std::partial_sort(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(most), chosen.end(),
                    [&](const T* a, const T* b) { return before(*a, *b); });
  chosen.resize(most);
  return chosen;
}

bool is_worse(const LedgerEntry& a, const LedgerEntry& b) {
  const auto rank = [](const LedgerEntry& entry) {
    return std::tuple(!entry.active, entry.muted.has_value(), -static_cast<int>(entry.finding.severity),
                      static_cast<int>(entry.finding.confidence), entry.first_seen);
  };
  return rank(a) < rank(b);
}

PoolPoint point_of(const PoolFigures& pool, const Process& process) {
  return {process.pid,
          pool.key.remote,
          static_cast<std::uint32_t>(pool.open),
          static_cast<std::uint32_t>(pool.in_use),
          static_cast<std::uint32_t>(pool.idle),
          pool.discarded};
}

/// Who asks later is not known now: the past is kept as anybody may see it.
View view_of_anybody() {
  static const auto least = std::make_shared<const Disclosure>(Config::Api{}, true);
  return {least, Asker{}};
}

Moment moment_of(const Published& published, const HistoryLimits& limits) {
  const Model& model = published.model;
  Moment moment;
  moment.time = model.wall;
  moment.connections = model.connections.size();
  moment.scan = model.scan_duration;
  Json findings = Json::array(), pools = Json::array();
  for (const LedgerEntry& entry : published.findings)
    if (entry.calls()) ++moment.findings[static_cast<std::size_t>(entry.finding.severity)];
  for (const auto* entry : first_of(published.findings, limits.findings, is_worse))
    findings.push_back(to_json(*entry, view_of_anybody()));
  const auto largest = first_of(published.pools, limits.pools, [](const auto& a, const auto& b) {
    return a.peak_open.recent() > b.peak_open.recent();
  });
  for (const PoolFigures* pool : largest) {
    const Process* process = model.process_of_serial(pool->key.process);
    if (process == nullptr) continue;
    moment.pools.push_back(point_of(*pool, *process));
    pools.push_back(to_json(*pool, *process));
  }
  Json detail;
  detail["time"] = rfc3339(moment.time);
  detail["findings"] = std::move(findings);
  detail["pools"] = std::move(pools);
  moment.detail = gzip(text_of(detail)).value_or("");
  moment.detail.shrink_to_fit();
  moment.pools.shrink_to_fit();
  return moment;
}

}  // namespace

std::size_t Moment::bytes() const { return sizeof(*this) + pools.capacity() * sizeof(PoolPoint) + detail.capacity(); }

void History::observe(const Published& published) {
  if (is_due(published.model.wall)) take(std::make_shared<const Moment>(moment_of(published, limits_)));
}

bool History::is_due(WallTime now) const {
  const std::lock_guard lock(mutex_);
  return moments_.empty() || now < moments_.back()->time || now - moments_.back()->time >= limits_.step;
}

void History::take(std::shared_ptr<const Moment> moment) {
  const std::lock_guard lock(mutex_);
  while (!moments_.empty() && moments_.back()->time > moment->time) {  // the clock was set back
    bytes_ -= moments_.back()->bytes();
    moments_.pop_back();
  }
  bytes_ += moment->bytes();
  moments_.push_back(std::move(moment));
  const WallTime oldest = moments_.back()->time - limits_.span;
  while (!moments_.empty() && (bytes_ > limits_.bytes || moments_.front()->time < oldest)) {
    bytes_ -= moments_.front()->bytes();
    moments_.pop_front();
  }
}

std::vector<std::shared_ptr<const Moment>> History::moments() const {
  const std::lock_guard lock(mutex_);
  return {moments_.begin(), moments_.end()};
}

std::shared_ptr<const Moment> History::at(WallTime time) const {
  const std::lock_guard lock(mutex_);
  if (moments_.empty()) return nullptr;
  const auto later = std::upper_bound(moments_.begin(), moments_.end(), time,
                                      [](WallTime wanted, const auto& moment) { return wanted < moment->time; });
  return later == moments_.begin() ? *later : *std::prev(later);
}

std::size_t History::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

TableFill History::table() const {
  const std::lock_guard lock(mutex_);
  return {"history", moments_.size(), {}, bytes_};
}

}  // namespace sockwarden
