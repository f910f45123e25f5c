#include "agent/sandbox/capabilities.h"

#include <sys/capability.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace sockwarden {
namespace {

struct Free {
  void operator()(cap_t all) const { cap_free(all); }
};
using Sets = std::unique_ptr<std::remove_pointer_t<cap_t>, Free>;

Error failure(const char* operation) { return {operation, "", errno, ""}; }

bool is_kept(const Capabilities& kept, int capability) {
  return std::find(kept.begin(), kept.end(), capability) != kept.end();
}

void clear(cap_t sets, cap_flag_t set, int capability) {
  const cap_value_t value = capability;
  cap_set_flag(sets, set, 1, &value, CAP_CLEAR);
}

/// While CAP_SETPCAP is still effective.
bool lower_bounding_set(const Capabilities& kept) {
  for (int capability = 0; capability < cap_max_bits(); ++capability) {
    if (is_kept(kept, capability) || prctl(PR_CAPBSET_READ, capability) != 1) continue;
    if (prctl(PR_CAPBSET_DROP, capability) != 0 && errno != EPERM) return false;
  }
  return true;
}

}  // namespace

tl::expected<void, Error> keep_capabilities(const Capabilities& kept) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return tl::unexpected(failure("forbid new privileges"));
  if (!lower_bounding_set(kept)) return tl::unexpected(failure("lower the bounding set of capabilities"));
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
    return tl::unexpected(failure("clear the ambient capabilities"));
  const Sets sets(cap_get_proc());
  if (!sets) return tl::unexpected(failure("read the capabilities"));
  cap_clear_flag(sets.get(), CAP_INHERITABLE);
  for (int capability = 0; capability < cap_max_bits(); ++capability) {
    if (is_kept(kept, capability)) continue;
    clear(sets.get(), CAP_EFFECTIVE, capability);
    clear(sets.get(), CAP_PERMITTED, capability);
  }
  if (cap_set_proc(sets.get()) != 0) return tl::unexpected(failure("give up capabilities"));
  return {};
}

std::string held_capabilities() {
  const Sets sets(cap_get_proc());
  std::string names;
  for (int capability = 0; sets && capability < cap_max_bits(); ++capability) {
    cap_flag_value_t held = CAP_CLEAR;
    if (cap_get_flag(sets.get(), capability, CAP_PERMITTED, &held) != 0 || held != CAP_SET) continue;
    const std::unique_ptr<char, decltype(&cap_free)> name(cap_to_name(capability), &cap_free);
    if (!name) continue;
    names += names.empty() ? "" : ", ";
    for (const char* letter = name.get(); *letter != '\0'; ++letter)
      names += static_cast<char>(std::toupper(static_cast<unsigned char>(*letter)));
  }
  return names.empty() ? "none" : names;
}

LoweredCapabilities::LoweredCapabilities(const Capabilities& kept) {
  Sets former(cap_get_proc());
  const Sets lowered(former ? cap_dup(former.get()) : nullptr);
  if (!lowered) return;
  for (int capability = 0; capability < cap_max_bits(); ++capability)
    if (!is_kept(kept, capability)) clear(lowered.get(), CAP_EFFECTIVE, capability);
  if (cap_set_proc(lowered.get()) == 0) former_ = former.release();
}

LoweredCapabilities::~LoweredCapabilities() {
  if (former_ == nullptr) return;
  const Sets former(static_cast<cap_t>(former_));
  cap_set_proc(former.get());
}

}  // namespace sockwarden
