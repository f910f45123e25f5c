#include "agent/detect/pool_finding.h"

#include <algorithm>
#include <tuple>

namespace sockwarden {

Finding PoolCase::finding(const std::string& class_name) const {
  Finding finding;
  finding.class_name = class_name;
  finding.process = process.serial;
  finding.role = Role::client;
  finding.protocol = pool.protocol;
  finding.remote = remote();
  return finding;
}

std::vector<const Ending*> PoolCase::endings(const std::function<bool(const Ending&)>& holds) const {
  std::vector<const Ending*> found;
  for (const Ending& ending : pool.endings)
    if (now - ending.closed <= window() && holds(ending)) found.push_back(&ending);
  return found;
}

std::uint64_t PoolCase::peak_open() const {
  std::uint64_t peak = pool.open;
  for (const PoolRound& round : pool.rounds)
    if (now - round.time <= window()) peak = std::max<std::uint64_t>(peak, round.peak_open);
  return peak;
}

std::uint64_t PoolCase::peak_in_use() const {
  std::uint64_t peak = pool.in_use;
  for (const PoolRound& round : pool.rounds)
    if (now - round.time <= window()) peak = std::max<std::uint64_t>(peak, round.peak_in_use);
  return peak;
}

std::size_t PoolCase::throwing_rounds() const {
  const auto throws_away = [](const PoolRound& round) { return round.left_idle.has_value(); };
  return static_cast<std::size_t>(std::count_if(pool.rounds.begin(), pool.rounds.end(), throws_away));
}

bool PoolCase::reuses() const {
  const std::uint32_t one_use = traits_of(pool.protocol).requests_of_one_use;
  return std::any_of(pool.rounds.begin(), pool.rounds.end(),
                     [](const PoolRound& round) { return round.reused != 0; }) ||
         std::any_of(pool.endings.begin(), pool.endings.end(),
                     [&](const Ending& ending) { return ending.requests > one_use; });
}

bool are_single(const std::vector<const Ending*>& endings, std::uint32_t most) {
  const auto single =
      std::count_if(endings.begin(), endings.end(), [&](const Ending* ending) { return ending->requests <= most; });
  return static_cast<std::size_t>(single) * 10 >= endings.size() * 9;
}

bool are_propagated_close(const std::vector<const Ending*>& endings) {
  const auto propagated_close =
      std::count_if(endings.begin(), endings.end(), [](const Ending* ending) { return ending->propagated_close; });
  return static_cast<std::size_t>(propagated_close) * 3 >= endings.size() * 2;
}

std::vector<PoolCase> pool_cases(const DetectionContext& context) {
  // In one order whatever the table's: findings that are merged must not change places.
  std::vector<const Pool*> pools = context.pools.all();
  std::sort(pools.begin(), pools.end(), [](const Pool* a, const Pool* b) {
    return std::tie(a->key.process, a->key.remote) < std::tie(b->key.process, b->key.remote);
  });
  std::vector<PoolCase> cases;
  for (const Pool* pool : pools) {
    const Process* process = context.model.process_of_serial(pool->key.process);
    if (process == nullptr) continue;
    const Thresholds thresholds = context.thresholds(*process, pool->key.remote.string());
    if (process->exited && context.model.time - *process->exited > thresholds.leak) continue;
    cases.push_back({*pool, *process, thresholds, context.model.time});
  }
  return cases;
}

void take_endings(Finding& finding, const std::vector<const Ending*>& endings) {
  finding.count = endings.size();
  for (const Ending* ending : endings) {
    finding.subjects.push_back(ending->id);
    if (ending->stack_id != 0) finding.stack_ids.push_back(ending->stack_id);
  }
}

double seconds_of(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace sockwarden
