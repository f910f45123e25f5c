// What this host lets sockwarden do, and what is lost where it does not. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/contract/hook_status.h"
#include "agent/contract/scan_failure.h"
#include "agent/kernel/host.h"
#include "agent/publish/json.h"

namespace sockwarden {

enum class Ability { full, reduced, unable };

struct Diagnosis {
  HostAbility host;
  std::optional<Error> failure;             ///< why nothing can be loaded
  std::vector<HookStatus> hooks;            ///< empty with a failure
  std::optional<ScanFailure> scan_failure;  ///< why a scan with these hooks reads nothing

  [[nodiscard]] Ability ability() const;
};

[[nodiscard]] const char* name_of(Ability ability);

/// What is lost without a capability; empty for one that is not needed.
[[nodiscard]] std::string lost_without(const std::string& capability);

/// At most 80 columns wide.
[[nodiscard]] std::string doctor_text(const Diagnosis& diagnosis);
[[nodiscard]] Json doctor_json(const Diagnosis& diagnosis);

}  // namespace sockwarden
