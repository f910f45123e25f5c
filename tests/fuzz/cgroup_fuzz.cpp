// Paths of control groups, whose parts a user may name, and the texts of /proc that tell who a process is.
// Input: the text.
// Built with: agent/proc/process_text.cpp agent/proc/cgroup_place.cpp agent/proc/*_name.cpp
#include <cstdint>
#include <string_view>

#include "agent/proc/cgroup_place.h"
#include "agent/proc/process_text.h"
#include "agent/proc/service_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto path = sockwarden::parse_cgroup(text);
  for (const std::string_view each : {text, std::string_view(path)}) {
    const auto place = sockwarden::place_in(each);
    for (const std::string& part : {place.container_id, place.slice, place.unit})
      if (part.find('/') != part.npos || each.find(part) == each.npos) __builtin_trap();
    if (place.pod_uid.find_first_not_of("0123456789abcdef-") != place.pod_uid.npos) __builtin_trap();
    for (const char* exe : {"", "/usr/bin/java", "/usr/bin/python3", "/usr/bin/node"})
      if (sockwarden::service_name({each, exe, text, text}, place).name.size() > 64) __builtin_trap();
  }
  (void)sockwarden::parse_cgroup2_mount(text);
  (void)sockwarden::parse_stat(text);
  (void)sockwarden::parse_descriptor_limit(text);
  std::size_t bytes = 0;
  for (const auto& argument : sockwarden::parse_cmdline(text)) bytes += argument.size();
  if (bytes > size) __builtin_trap();
  return 0;
}
