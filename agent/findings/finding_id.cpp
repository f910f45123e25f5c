#include "agent/findings/finding_id.h"

#include <array>
#include <cstdio>
#include <string_view>

namespace sockwarden {
namespace {

/// FNV-1a, 64 bits; every part is closed by a zero byte so that parts do not run into each other.
class Fnv1a {
 public:
  void add(std::string_view part) {
    for (const char byte : part) mix(static_cast<unsigned char>(byte));
    mix(0);
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  void mix(unsigned char byte) {
    value_ ^= byte;
    value_ *= 0x100'0000'01b3;
  }

  std::uint64_t value_ = 0xcbf2'9ce4'8422'2325;
};

}  // namespace

ProcessSubject subject_of(const Process& process) { return {process.pid, process.facts.start_ticks}; }

std::string finding_id(const Finding& finding, const Process& process) {
  Fnv1a hash;
  hash.add(finding.class_name);
  hash.add(finding.qualifier);
  hash.add(std::to_string(process.pid));
  hash.add(std::to_string(process.facts.start_ticks));
  hash.add(name_of(finding.role));
  hash.add(finding.remote);
  hash.add(finding.local);
  std::array<char, 19> text{};
  std::snprintf(text.data(), text.size(), "f-%016llx", static_cast<unsigned long long>(hash.value()));
  return text.data();
}

}  // namespace sockwarden
