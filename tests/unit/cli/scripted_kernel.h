// A kernel side that plays what a test wrote down, scan by scan.
#pragma once

#include <cerrno>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/config.h"
#include "agent/kernel/kernel.h"
#include "tests/unit/model/world.h"

namespace sockwarden::testing {

using Script = std::deque<tl::expected<Sample, ScanFailure>>;

inline ScanFailure failure_of(ScanPart part, const std::string& object = "descriptor_seen") {
  return {part, Error{"open the iterator", object, EPERM, ""}};
}

class ScriptedKernel final : public Kernel {
 public:
  explicit ScriptedKernel(std::shared_ptr<Script> script) : script_(std::move(script)) {}

  /// Beyond the end of the script nothing can be read.
  tl::expected<Sample, ScanFailure> scan(const Wanted& /*wanted*/) override {
    if (script_->empty()) return tl::unexpected(failure_of(ScanPart::live, "the end of the script"));
    auto next = std::move(script_->front());
    script_->pop_front();
    return next;
  }
  std::vector<std::uint64_t> stack(std::uint32_t /*stack_id*/) override { return {}; }
  [[nodiscard]] const std::vector<HookStatus>& hooks() const override { return hooks_; }

 private:
  std::shared_ptr<Script> script_;
  std::vector<HookStatus> hooks_;
};

/// A second between two scans, as with_profile() has it.
inline Config development() {
  Config config;
  config.profile = Profile::development;
  return with_profile(config);
}

/// A listener whose queue is full: a finding that needs nobody's /proc.
inline std::uint64_t full_listener(World& world, std::uint32_t serial) {
  const auto id = world.open(serial, SW_ROLE_LISTENER, v4(10, 0, 0, 1, 80), {});
  world.connection(id).socket.accept_queue = 3;
  world.connection(id).socket.accept_queue_limit = 2;
  return id;
}

}  // namespace sockwarden::testing
