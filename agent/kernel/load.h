// The real kernel side: load what this kernel can run, attach it, read it back as Samples.
// The only folder that knows libbpf.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <tl/expected.hpp>

#include "agent/contract/error.h"
#include "agent/sample/kernel.h"

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
  bool give_up_capabilities =
      false;  ///< those that a scan can do without, once all is attached; for the calling thread
  KernelVariant variant;
};

/// Loads, attaches and seeds. On failure nothing stays in the kernel.
[[nodiscard]] tl::expected<std::unique_ptr<Kernel>, Error> load_kernel(const KernelOptions& options);

}  // namespace sockwarden
