// A finding as a detector states it: one cause, one subject, the numbers that prove it. The ledger gives it identity
// and history; publish and cli turn it into JSON and text. The words are those of the public contract.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/contract/evidence_value.h"
#include "agent/model/model.h"

namespace sockwarden {

enum class Confidence { proven, likely };
enum class Severity { info, warning, critical };
[[nodiscard]] const char* name_of(Confidence confidence);
[[nodiscard]] const char* name_of(Severity severity);

struct OriginStack {
  std::uint64_t count = 0;
  std::vector<std::string> frames;  ///< innermost first
};

struct Finding {
  std::string class_name;      ///< "missing-timeout"
  std::string qualifier_name;  ///< "phase", "cause", "type", "option", or empty
  std::string qualifier;       ///< "header"
  Confidence confidence = Confidence::likely;
  Severity severity = Severity::warning;
  std::uint32_t process = 0;  ///< serial
  Role role = Role::unknown;
  Protocol protocol = Protocol::unknown;
  std::string remote;  ///< "10.0.0.7:8080", or empty
  std::string local;
  std::uint64_t count = 0;  ///< subjects covered now
  std::vector<std::uint64_t>
      subjects;  ///< identities of those subjects (connection ids, …): `total` counts distinct ones
  EvidenceValues evidence;
  std::vector<OriginStack> origin;
  std::vector<std::uint32_t> stack_ids;  ///< to be symbolised into `origin`
  std::string summary;
  std::vector<std::string> fix_for;  ///< what the page's table of fixes calls it, besides the qualifier; best first
  std::map<std::string, std::string> fix_figures;  ///< what stands in braces there
  std::string advice;                              ///< the fix, in the words of the program's language
};

/// Why a finding is over.
enum class Resolution { healed, process_gone, restarted };
[[nodiscard]] const char* name_of(Resolution resolution);

/// Why nobody is to be alerted of a finding.
struct Muted {
  std::string reason;
  std::optional<WallTime> until;  ///< empty = for ever
};

/// A finding with its history, as the ledger keeps it.
struct LedgerEntry {
  std::string id;  ///< "f-" and 16 hexadecimal digits, stable for class, qualifier and subject
  Finding finding;
  Process process;  ///< a copy, since the process may be gone
  bool active = true;
  std::uint64_t total = 0;
  WallTime first_seen{}, last_seen{};
  std::optional<WallTime> resolved_at;
  std::optional<Resolution> resolution;
  std::optional<Muted> muted;  ///< by the configuration, now

  /// Whoever watches is to hear of it.
  [[nodiscard]] bool calls() const { return active && !muted; }
};

}  // namespace sockwarden
