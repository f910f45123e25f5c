// The kernel side's twin in memory: each scan reads the next sample that a test has put there, or fails as it says.
#pragma once

#include <cerrno>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/config.h"
#include "agent/sample/kernel.h"

namespace sockwarden::testing {

/// What a test and its kernel side share, since the pipeline owns the latter.
struct Script {
  std::deque<tl::expected<Sample, ScanFailure>> scans;
  Wanted asked{};  ///< by the latest scan

  void push_back(tl::expected<Sample, ScanFailure> scan) { scans.push_back(std::move(scan)); }
};

inline ScanFailure failure_of(ScanPart part, const std::string& object = "descriptor_seen") {
  return {part, Error{"open the iterator", object, EPERM, ""}};
}

class MemoryKernel final : public Kernel {
 public:
  explicit MemoryKernel(std::shared_ptr<Script> script) : script_(std::move(script)) {}

  /// Beyond the end of the script nothing can be read.
  tl::expected<Sample, ScanFailure> scan(const Wanted& wanted) override {
    script_->asked = wanted;
    if (script_->scans.empty()) return tl::unexpected(failure_of(ScanPart::live, "the end of the script"));
    auto next = std::move(script_->scans.front());
    script_->scans.pop_front();
    return next;
  }
  std::vector<std::uint64_t> stack(std::uint32_t /*stack_id*/) override { return {}; }
  [[nodiscard]] const std::vector<HookStatus>& hooks() const override { return hooks_; }

 private:
  std::shared_ptr<Script> script_;
  std::vector<HookStatus> hooks_;
};

inline Config config_of(Profile profile) {
  Config config;
  config.profile = profile;
  return with_profile(config);
}
/// A second between two scans.
inline Config development() { return config_of(Profile::development); }
/// Five seconds.
inline Config production() { return config_of(Profile::production); }

}  // namespace sockwarden::testing
