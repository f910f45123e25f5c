// Scans once a line of its input, and at its end writes what it read of the processes with the names given.
// Usage: capture_samples FILE COMM...   (root; tests/twin/capture calls it)
#include <cstdio>
#include <iostream>
#include <string>

#include "agent/kernel/load.h"
#include "agent/pipeline/target_filter.h"
#include "tests/twin/sample_file.h"

using namespace sockwarden;

namespace {

/// Facts of others go too: a capture tells nothing of the host but the programs that it is about.
Sample only_targets(Sample sample, TargetFilter& filter) {
  sample = filter.narrow(std::move(sample));
  std::erase_if(sample.facts, [&](const auto& facts) { return !sample.descriptors.contains(facts.first); });
  for (auto& [pid, facts] : sample.facts) facts.cgroup.clear();
  return sample;
}

int fail(const std::string& why) {
  std::cerr << "capture_samples: " << why << "\n";
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return fail("give a file and the names of processes");
  Config::Targets targets;
  for (int i = 2; i < count; ++i) targets.include.emplace_back().comm = arguments[i];
  TargetFilter filter(targets);
  const auto kernel = load_kernel({});
  if (!kernel) return fail(kernel.error().message());
  std::cout << "ready" << std::endl;
  std::vector<Sample> samples;
  for (std::string line; std::getline(std::cin, line);) {
    auto sample = (*kernel)->scan();
    if (!sample) return fail(sample.error().error.message());
    samples.push_back(only_targets(std::move(*sample), filter));
    std::cout << "scanned" << std::endl;
  }
  testing::write_samples(arguments[1], samples);
  return 0;
}
