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

std::vector<PoolCase> pool_cases(const Scene& scene) {
  // In one order whatever the table's: findings that are merged must not change places.
  std::vector<const Pool*> pools = scene.pools.all();
  std::sort(pools.begin(), pools.end(), [](const Pool* a, const Pool* b) {
    return std::tie(a->key.process, a->key.remote) < std::tie(b->key.process, b->key.remote);
  });
  std::vector<PoolCase> cases;
  for (const Pool* pool : pools) {
    const Process* process = scene.model.process_of_serial(pool->key.process);
    if (process == nullptr) continue;
    const Thresholds thresholds = scene.thresholds(*process, pool->key.remote.string());
    if (process->exited && scene.model.time - *process->exited > thresholds.leak) continue;
    cases.push_back({*pool, *process, thresholds, scene.model.time});
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
