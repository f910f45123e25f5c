// One pass over what the kernel holds: what is live, what ended, what was counted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tl/expected.hpp>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "agent/kernel/descriptor_plan.h"
#include "agent/kernel/listen_drops.h"
#include "agent/kernel/object.h"
#include "agent/kernel/ring_reader.h"
#include "agent/proc/process_facts_cache.h"
#include "agent/sample/kernel.h"
#include "agent/sample/sample.h"

namespace sockwarden {

class Scanner {
 public:
  Scanner(Object& object, RingReader& ring) : object_(object), ring_(ring) {}

  /// Maps the scan buffer, makes the rows of process 0 and seeds what is older than the agent.
  tl::expected<void, Error> start();

  /// A scan that fails takes nothing away: what ended is given out by the next one that does not.
  tl::expected<Sample, ScanFailure> scan(const std::vector<std::uint32_t>& details);

 private:
  using Outcome = tl::expected<void, ScanFailure>;

  /// Of the processes whose rows are read after the pass, which makes those of owners that were not yet known.
  using Roles = std::vector<std::pair<sw_process_role_key, sw_process_role>>;

  tl::expected<Roles, ScanFailure> read_totals(Sample& sample);
  Outcome read_descriptors(Sample& sample, const std::vector<std::uint32_t>& details);
  Outcome read_processes(Sample& sample, const Roles& roles);
  Outcome read_endings(Sample& sample);
  Outcome read_losses(Sample& sample);
  /// A pass over the descriptors of all processes, or of one; what it wrote is added.
  Outcome pass(Sample& sample, std::vector<char>& written, std::uint32_t pid = 0);
  Outcome walk(Sample& sample, std::vector<char>& written, const DescriptorPlan::Walk& plan);
  /// Processes that used TCP.
  tl::expected<std::unordered_set<std::uint32_t>, ScanFailure> read_users() const;
  void take_live(Sample& sample);
  tl::expected<bool, ScanFailure> has_ended(const sw_ending& ending);
  void read_facts(Sample& sample);
  void retire(Sample& sample);
  void name_the_gone(Sample& sample);
  void forget(std::uint32_t serial, std::uint32_t pid);

  Object& object_;
  RingReader& ring_;
  Mapping buffer_;
  ProcessFactsCache facts_;
  DescriptorPlan plan_;
  ListenDrops listen_drops_;
  std::uint32_t number_ = 0;
  std::size_t last_live_ = 0;                                    ///< how many the last scan gave out
  std::map<std::string, std::uint64_t> entries_;                 ///< of maps, as far as they were counted
  std::vector<sw_connection> ended_unseen_;                      ///< ends without an event, not yet given out
  std::unordered_map<std::uint32_t, std::uint32_t> gone_scans_;  ///< serial → scans since its process was seen gone
};

}  // namespace sockwarden
