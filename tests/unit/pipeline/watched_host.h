// A captured host, looked at by the pipeline of the product on the host's own clock.
#pragma once

#include <string>
#include <utility>

#include "agent/pipeline/pipeline.h"
#include "agent/reader/local_reader.h"
#include "tests/twin/memory_kernel.h"
#include "tests/twin/recording.h"
#include "tests/twin/sample_file.h"

namespace sockwarden::testing {

inline std::vector<Sample> captured(const std::string& name) {
  return read_samples(SOURCE_DIR "/tests/unit/samples/" + name + ".json");
}

struct WatchedHost {
  Recording host;
  std::shared_ptr<Script> script = std::make_shared<Script>();
  Pipeline pipeline;
  Round round;

  WatchedHost(const std::string& name, const Config& config)
      : host(captured(name)),
        pipeline(std::make_unique<MemoryKernel>(script), std::make_unique<LocalReader>(), config) {}

  /// False: the scan failed.
  bool look(tl::expected<Sample, ScanFailure> scanned) {
    script->push_back(std::move(scanned));
    auto next = pipeline.next(round.model);
    if (next) round = std::move(*next);
    return next.has_value();
  }
  /// Nothing moves meanwhile.
  void look_for(std::chrono::seconds duration, std::chrono::seconds interval = std::chrono::seconds(5)) {
    for (auto left = duration; left.count() > 0; left -= interval) look(host.later(interval));
  }
  [[nodiscard]] const std::vector<LedgerEntry>& findings() const { return round.inspection.findings; }
};

}  // namespace sockwarden::testing
