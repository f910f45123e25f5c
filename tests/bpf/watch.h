// A loaded kernel side, and what the last scans read. Shared by the kernel tests.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/kernel/host.h"
#include "agent/kernel/load.h"

namespace sockwarden::testing {

/// Every variant that can be forced, and what is chosen by itself.
struct NamedVariant {
  const char* name;
  KernelVariant variant;
};

/// Those that this kernel may have: a hash and ends looked at by probe_read are nothing under lockdown=confidentiality.
inline std::vector<NamedVariant> possible_variants() {
  const NamedVariant automatic{"automatic", {}}, hash{"hash", {.force_hash = true}};
  const NamedVariant poor{"receive hook only, no reason", {.force_receive_only = true, .force_no_reason = true}};
  if (probe_host().lockdown == "confidentiality") return {automatic, poor};
  NamedVariant poorest{"receive hook only, no reason, no cast", poor.variant};
  poorest.variant.force_no_cast = true;
  return {automatic, hash, poorest};
}
inline const std::vector<NamedVariant> variants = possible_variants();

/// Longer than tcp_fin_timeout (60 s): a FIN whose acknowledgement finds the kernel busy with the socket leaves it in
/// FIN_WAIT2 for that long (tcp_rcv_state_process(), "Bad case"), and no test may fail by it.
inline constexpr std::chrono::seconds patience{90};

class Watch {
 public:
  explicit Watch(const NamedVariant& variant, KernelOptions options = {}) {
    options.variant = variant.variant;
    auto opened = load_kernel(options);
    if (!opened) FAIL(opened.error().message());
    kernel_ = std::move(*opened);
  }

  /// Scans; details of ended connections add up over all scans.
  const Sample& scan(const Wanted& wanted = {}) {
    auto scanned = kernel_->scan(wanted);
    if (!scanned) FAIL(scanned.error().error.message());
    last_ = std::move(*scanned);
    closed_.insert(closed_.end(), last_.closed.begin(), last_.closed.end());
    return last_;
  }

  /// Scans until `done`, for at most `patience`.
  bool scan_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    do {
      scan();
      if (done()) return true;
    } while (std::chrono::steady_clock::now() < deadline);
    return false;
  }

  [[nodiscard]] const sw_connection* live(sw_role role, std::uint16_t local, std::uint16_t remote) const {
    return find(last_.live, role, local, remote);
  }
  [[nodiscard]] const sw_connection* closed(sw_role role, std::uint16_t local, std::uint16_t remote) const {
    return find(closed_, role, local, remote);
  }

  /// Waits for the end of a connection and returns its detail.
  const sw_connection& ended(sw_role role, std::uint16_t local, std::uint16_t remote) {
    if (!scan_until([&] { return closed(role, local, remote) != nullptr; })) FAIL("the connection's end was not seen");
    return *closed(role, local, remote);
  }

  /// Waits until this side has closed, so that its peer may end the connection: quicker than the "Bad case" above. That
  /// no descriptor refers to it any more does not tell: a task gives up its table of files before it closes them.
  void released(sw_role role, std::uint16_t local, std::uint16_t remote) {
    const auto is_released = [&] {
      const auto* found = live(role, local, remote);
      return closed(role, local, remote) != nullptr || (found != nullptr && found->record.own_closed_ns != 0);
    };
    if (!scan_until(is_released)) FAIL("the connection's close was not seen");
  }

  [[nodiscard]] const ProcessSample* process(std::uint32_t pid) const {
    for (const auto& row : last_.processes)
      if (row.process.tgid == pid) return &row;
    return nullptr;
  }

  [[nodiscard]] sw_totals totals(std::uint32_t pid, sw_role role) const {
    const auto* row = process(pid);
    return row != nullptr && row->roles[role] ? row->roles[role]->totals : sw_totals{};
  }

  [[nodiscard]] const Sample& last() const { return last_; }
  [[nodiscard]] const std::vector<sw_connection>& all_closed() const { return closed_; }
  [[nodiscard]] const std::vector<HookStatus>& hooks() const { return kernel_->hooks(); }
  [[nodiscard]] Kernel& kernel() { return *kernel_; }

 private:
  static const sw_connection* find(const std::vector<sw_connection>& connections, sw_role role, std::uint16_t local,
                                   std::uint16_t remote) {
    for (const auto& connection : connections)
      if (connection.record.role == role && connection.record.local.port == local &&
          connection.record.remote.port == remote)
        return &connection;
    return nullptr;
  }

  std::unique_ptr<Kernel> kernel_;
  Sample last_;
  std::vector<sw_connection> closed_;
};

/// One Watch a variant for all the tests that do not mind what came before: loading takes longer than most tests.
inline Watch& shared_watch(const NamedVariant& variant) {
  static std::map<std::string, Watch> watches;
  return watches.try_emplace(variant.name, variant).first->second;
}

inline std::uint64_t closes(const sw_totals& totals) {
  std::uint64_t sum = 0;
  for (const auto& close_reasons : totals.closed)
    for (const auto count : close_reasons) sum += count;
  return sum;
}

}  // namespace sockwarden::testing
