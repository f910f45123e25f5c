// One pass over the kernel's tables: what is live, what ended, what was counted.
#pragma once

#include <cstdint>
#include <tl/expected.hpp>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "agent/kernel/kernel.h"
#include "agent/kernel/object.h"
#include "agent/kernel/ring_reader.h"
#include "agent/proc/process_facts_cache.h"
#include "agent/sample/sample.h"

namespace sockwarden {

class Scanner {
 public:
  Scanner(Object& object, RingReader& ring) : object_(object), ring_(ring) {}

  /// Maps the scan buffer, makes the rows of process 0 and seeds what is older than the agent.
  tl::expected<void, Error> start();

  tl::expected<Sample, ScanFailure> scan(const std::vector<std::uint32_t>& details);

 private:
  void read_descriptors(Sample& sample, const std::vector<std::uint32_t>& details);
  /// Whether all of them were looked at.
  bool read_live(Sample& sample);
  /// Ends that no event showed are told by what is no longer live.
  void read_closed(Sample& sample, bool all_live_known);
  void read_totals(Sample& sample);
  void read_losses(Sample& sample);
  void read_facts(Sample& sample);
  void retire(Sample& sample);
  void name_the_gone(Sample& sample);
  void forget(std::uint32_t serial, std::uint32_t pid);

  Object& object_;
  RingReader& ring_;
  Mapping buffer_;
  ProcessFactsCache facts_;
  std::uint32_t number_ = 0;
  std::unordered_map<std::uint32_t, std::uint32_t> gone_scans_;  ///< serial → scans since its process was seen gone
};

}  // namespace sockwarden
