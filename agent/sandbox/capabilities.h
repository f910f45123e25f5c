// What a thread may do as root, given up for good.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/contract/error.h"

namespace sockwarden {

/// Numbers of <linux/capability.h>.
using Capabilities = std::vector<int>;

/// The calling thread, and those that it starts from now on, have no capability but these in any of their sets, and no
/// exec() gives one back. The bounding set follows where CAP_SETPCAP is there to lower it. What is kept and not held
/// stays not held. Other threads of the process keep what they have.
[[nodiscard]] tl::expected<void, Error> keep_capabilities(const Capabilities& kept);

/// "CAP_SYS_PTRACE, …": what the calling thread holds, "none" where that is nothing.
[[nodiscard]] std::string held_capabilities();

/// As keep_capabilities(), but lasting only as long as the object: for trying what still works. The permitted set is
/// not touched.
class LoweredCapabilities {
 public:
  explicit LoweredCapabilities(const Capabilities& kept);
  ~LoweredCapabilities();
  LoweredCapabilities(const LoweredCapabilities&) = delete;
  LoweredCapabilities& operator=(const LoweredCapabilities&) = delete;

  /// False: nothing was lowered.
  [[nodiscard]] bool ok() const { return former_ != nullptr; }

 private:
  void* former_ = nullptr;  ///< a cap_t
};

}  // namespace sockwarden
