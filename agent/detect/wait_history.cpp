#include "agent/detect/wait_history.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sockwarden {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t given_up_kept = 8;
constexpr std::uint32_t answers_kept = 10000;  // then the older ones count half
constexpr double bucket_growth = 1.2;
constexpr nanoseconds first_bound = std::chrono::milliseconds(1);
/// Who closes sooner has not waited: the close is part of handling what came before.
constexpr nanoseconds least_timeout = std::chrono::milliseconds(20);

bool near(nanoseconds value, nanoseconds greatest) { return (greatest - value) * 10 < greatest; }

/// Connections closed together, by one decision, lasted equally long if they began together: that shows no timeout.
bool independent(const EndedWait& first, const EndedWait& second, nanoseconds length) {
  const auto apart = first.begin > second.begin ? first.begin - second.begin : second.begin - first.begin;
  return apart * 10 >= length;
}

}  // namespace

std::size_t WaitHistory::bucket_of(nanoseconds duration) {
  if (duration <= first_bound) return 0;
  const double ratio = std::chrono::duration<double>(duration) / std::chrono::duration<double>(first_bound);
  return std::min(static_cast<std::size_t>(std::ceil(std::log(ratio) / std::log(bucket_growth))), buckets - 1);
}

nanoseconds WaitHistory::upper_bound_of(std::size_t bucket) {
  const double bound = static_cast<double>(first_bound.count()) * std::pow(bucket_growth, static_cast<double>(bucket));
  return nanoseconds(static_cast<std::int64_t>(bound));
}

WaitHistory::Entry& WaitHistory::entry_of(const WaitKey& key) {
  if (const auto found = entries_.find(key); found != entries_.end()) {
    use(key, found->second);
    return found->second;
  }
  const auto program = programs_.find(key.process);
  if (program != programs_.end() && program->second.ages.size() >= most_of_program) {
    forget(*program->second.ages.front());
  } else if (entries_.size() >= capacity_) {
    forget(*ages_.front());
  }
  const auto made = entries_.try_emplace(key).first;
  Ages& ages = programs_[key.process].ages;
  made->second.age = ages_.insert(ages_.end(), &made->first);
  made->second.age_in_program = ages.insert(ages.end(), &made->first);
  return made->second;
}

void WaitHistory::use(const WaitKey& key, const Entry& entry) const {
  Ages& ages = programs_.find(key.process)->second.ages;
  ages_.splice(ages_.end(), ages_, entry.age);
  ages.splice(ages.end(), ages, entry.age_in_program);
}

void WaitHistory::forget(const WaitKey& key) {
  const auto entry = entries_.find(key);
  const auto program = programs_.find(key.process);
  ages_.erase(entry->second.age);
  program->second.ages.erase(entry->second.age_in_program);
  program->second.has_forgotten = true;
  if (program->second.ages.empty()) programs_.erase(program);
  entries_.erase(entry);
  ++forgotten_;
}

const WaitHistory::Entry* WaitHistory::find(const WaitKey& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  use(key, found->second);  // what a wait that goes on is held against stays known
  return &found->second;
}

bool WaitHistory::may_have_forgotten(const WaitKey& key) const {
  const auto program = programs_.find(key.process);
  return program != programs_.end() && program->second.has_forgotten && !entries_.contains(key);
}

void WaitHistory::add(const WaitKey& key, const EndedWait& wait) {
  auto& entry = entry_of(key);
  if (wait.end == WaitEnd::answered) {
    ++entry.answers[bucket_of(wait.duration)];
    if (++entry.answer_count >= answers_kept) {
      for (auto& count : entry.answers) count /= 2;
      entry.answer_count = std::accumulate(entry.answers.begin(), entry.answers.end(), 0u);
    }
  }
  // Whatever ended a longer wait, no timeout did before.
  std::erase_if(entry.given_up, [&](const EndedWait& earlier) {
    return earlier.duration < wait.duration && !near(earlier.duration, wait.duration);
  });
  if (wait.end != WaitEnd::own_close) return;
  entry.given_up.push_back(wait);
  if (entry.given_up.size() > given_up_kept) entry.given_up.erase(entry.given_up.begin());
}

std::optional<nanoseconds> WaitHistory::effective_timeout(const WaitKey& key) const {
  const Entry* entry = find(key);
  return entry == nullptr ? std::nullopt : effective_timeout(*entry);
}

std::optional<nanoseconds> WaitHistory::effective_timeout(const Entry& entry) {
  if (entry.given_up.empty()) return std::nullopt;
  const auto& all = entry.given_up;
  const auto longest = std::max_element(all.begin(), all.end(), [](const EndedWait& left, const EndedWait& right) {
    return left.duration < right.duration;
  });
  if (longest->duration < least_timeout) return std::nullopt;
  nanoseconds sum = longest->duration;
  int count = 1;
  for (auto wait = all.begin(); wait != all.end(); ++wait) {
    // A shorter one was cancelled; it does not speak against the timeout.
    if (wait == longest || !near(wait->duration, longest->duration)) continue;
    if (!independent(*wait, *longest, longest->duration)) continue;
    sum += wait->duration;
    ++count;
  }
  return count >= 2 ? std::optional<nanoseconds>(sum / count) : std::nullopt;
}

bool WaitHistory::will_end(const WaitKey& key, nanoseconds waited) const {
  const auto timeout = effective_timeout(key);
  return timeout && waited <= *timeout + *timeout / 10;
}

std::optional<nanoseconds> WaitHistory::longest_given_up(const WaitKey& key) const {
  const Entry* entry = find(key);
  if (entry == nullptr || entry->given_up.empty()) return std::nullopt;
  nanoseconds longest{};
  for (const EndedWait& wait : entry->given_up) longest = std::max(longest, wait.duration);
  return longest;
}

std::map<WaitKey, nanoseconds> WaitHistory::effective_timeouts() const {
  std::map<WaitKey, nanoseconds> timeouts;
  for (const auto& [key, entry] : entries_) {
    if (const auto timeout = effective_timeout(entry)) timeouts.emplace(key, *timeout);
  }
  return timeouts;
}

std::optional<nanoseconds> WaitHistory::typical(const WaitKey& key) const {
  const Entry* entry = find(key);
  if (entry == nullptr || entry->answer_count == 0) return std::nullopt;
  const std::uint64_t wanted = (std::uint64_t{entry->answer_count} * 99 + 99) / 100;
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    seen += entry->answers[bucket];
    if (seen >= wanted) return upper_bound_of(bucket);
  }
  return upper_bound_of(buckets - 1);
}

std::uint64_t WaitHistory::answers(const WaitKey& key) const {
  const Entry* entry = find(key);
  return entry == nullptr ? 0 : entry->answer_count;
}

TableFill WaitHistory::table() const {
  constexpr std::size_t entry = sizeof(WaitKey) + sizeof(Entry) + 10 * sizeof(void*);
  std::uint64_t bytes = programs_.size() * (sizeof(Identity) + sizeof(Program) + 4 * sizeof(void*));
  for (const auto& [key, kept] : entries_)
    bytes += entry + kept.given_up.capacity() * sizeof(EndedWait) + key.endpoint.capacity();
  return {"waits", entries_.size(), {}, bytes};
}

}  // namespace sockwarden
