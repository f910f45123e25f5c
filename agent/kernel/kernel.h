// The kernel side as the agent sees it: load what this kernel can run, attach it, read it back as Samples.
// The only folder that knows libbpf.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/contract/error.h"
#include "agent/contract/hook_status.h"
#include "agent/contract/scan_failure.h"
#include "agent/sample/sample.h"
#include "agent/sample/wanted.h"

namespace sockwarden {

/// What is chosen at load. `automatic` probes the kernel's BTF; the others force a poorer variant, for tests.
struct KernelVariant {
  bool force_hash = false;          ///< records in a hash keyed by the socket, not in socket storage
  bool force_receive_only = false;  ///< no sock_send_length, which is else attached on demand
  bool force_no_reason = false;     ///< no reason with our resets
  bool force_no_cast = false;       ///< no bpf_rdonly_cast where messages are received
};

struct KernelOptions {
  std::uint32_t ring_bytes = 1 << 20;
  std::uint32_t max_sockets = 131072;
  std::uint32_t max_processes = 8192;
  std::uint32_t max_endpoints = 16384;
  bool protocol_parser = true;
  bool stacks = true;
  std::optional<bool> seed_orphans;  ///< by iter/tcp at the start; nothing = only where there is no socket storage
  KernelVariant variant;
};

class Kernel {
 public:
  /// Loads, attaches and seeds. On failure nothing stays in the kernel.
  static tl::expected<std::unique_ptr<Kernel>, Error> open(const KernelOptions& options);
  virtual ~Kernel() = default;

  /// Reads everything once, or says which part could not be read. What ended meanwhile is kept for the next scan.
  virtual tl::expected<Sample, ScanFailure> scan(const Wanted& wanted = {}) = 0;

  /// Frames of a user stack, innermost first, as addresses; empty if unknown. Ids are sw_record.stack_id.
  virtual std::vector<std::uint64_t> stack(std::uint32_t stack_id) = 0;

  [[nodiscard]] virtual const std::vector<HookStatus>& hooks() const = 0;
};

/// What this host offers, found out without loading anything that stays.
struct HostAbility {
  std::string kernel_release;
  bool btf = false;
  std::string lockdown;  ///< "none", "integrity", "confidentiality", or "unknown: why"
  std::string cgroup2;   ///< mount point, empty = none
  std::vector<std::pair<std::string, bool>> capabilities;  ///< "CAP_BPF" → held
};
[[nodiscard]] HostAbility probe_host();

}  // namespace sockwarden
