// Paths of control groups, whose parts a user may name, and the texts that hold them. Input: the text.
// Built with: agent/proc/process_text.cpp agent/proc/cgroup_names.cpp
#include <cstdint>
#include <string_view>

#include "agent/proc/process_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto path = sockwarden::parse_cgroup(text);
  for (const std::string_view each : {text, std::string_view(path)}) {
    const auto id = sockwarden::container_id_in(each);
    if (!id.empty() && (each.find(id) == std::string_view::npos || id.find_first_not_of("0123456789abcdef") != id.npos))
      __builtin_trap();
    const auto unit = sockwarden::unit_in(each);
    if (unit.find('/') != unit.npos) __builtin_trap();
  }
  (void)sockwarden::parse_cgroup2_mount(text);
  (void)sockwarden::parse_stat(text);
  (void)sockwarden::parse_descriptor_limit(text);
  std::size_t bytes = 0;
  for (const auto& argument : sockwarden::parse_cmdline(text)) bytes += argument.size();
  if (bytes > size) __builtin_trap();
  return 0;
}
