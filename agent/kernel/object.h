// The BPF object: opened with what was chosen, loaded, attached. Everything is held by descriptors, so the kernel drops
// it all when the process ends, however it ends.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/kernel/handle.h"
#include "agent/kernel/hooks.h"
#include "sockwarden.skel.h"

namespace sockwarden {

struct DestroySkeleton {
  void operator()(sockwarden_bpf* skeleton) const { sockwarden_bpf__destroy(skeleton); }
};
using Skeleton = std::unique_ptr<sockwarden_bpf, DestroySkeleton>;

struct Object {
  Skeleton skeleton;
  Choice choice;
  std::vector<Hook> hooks;
  std::vector<Link> links;
  std::vector<Fd> link_descriptors;  ///< of the protocol parser's two links
  Link sends;                        ///< sock_send_length, while it is wanted
  Fd cgroup;                         ///< where cgroup programs are attached
  Link setsockopt;                   ///< while it is wanted

  /// Loads. A program that the kernel refuses and that is not required is left out, with the kernel's reason.
  static tl::expected<Object, Error> load(const KernelOptions& options);

  /// Attaches tracepoints and cgroup programs. Fails only for required ones.
  tl::expected<void, Error> attach();

  /// Attaches or detaches the hook on sends, where this kernel has it.
  void watch_sends(bool wanted);

  /// Attaches or detaches the hook on setsockopt; whether it is attached now.
  bool watch_options(bool wanted);

  /// Calls so far that told that hook nothing new.
  [[nodiscard]] std::uint64_t redundant_option_calls() const;

  /// An iterator to read from; with a pid, over that process alone (6.1+).
  [[nodiscard]] tl::expected<Fd, Error> open_iterator(const bpf_program* program, std::uint32_t pid = 0) const;

  /// Runs a program that is attached nowhere (5.10+); what it returns.
  static tl::expected<std::uint32_t, Error> run(const bpf_program* program, std::uint64_t argument);

  /// The program that tells whether a closed connection is still there; null where the kernel takes none.
  [[nodiscard]] const bpf_program* ending_program() const;

  /// Runs iter/tcp, where it is loaded.
  void seed_orphans() const;
};

}  // namespace sockwarden
