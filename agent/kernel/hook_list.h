// The list of hooks: what each of them tells, what is lost without it, what it needs. A hook is added here and in bpf/.
#pragma once

#include <span>
#include <string>

#include "agent/kernel/hooks.h"

namespace sockwarden {

/// What decides on a hook.
struct HookSituation {
  const KernelBtf& btf;
  const Choice& choice;
  const KernelOptions& options;
};

/// A program. Several in a row with one name and attachment are variants of one hook, the best first.
struct HookEntry {
  const char* program;
  const char* name;
  Attachment attachment = Attachment::tracepoint;
  bool required = false;
  const char* gives;
  const char* lost;
  const char* variant = "";
  const char* lost_by_variant = "";

  /// Whether a user who chose so wants it at all; null = always.
  bool (*wanted)(const HookSituation& situation) = nullptr;
  /// Why it cannot be had, beyond what its attachment needs; empty = it can. Null = it needs no more.
  std::string (*needs)(const HookSituation& situation) = nullptr;
  /// Adds to its status what depends on the choices made.
  void (*tells)(HookStatus& status, const HookSituation& situation) = nullptr;
};

[[nodiscard]] std::span<const HookEntry> hook_list();

}  // namespace sockwarden
