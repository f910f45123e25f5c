// What people call a process: its unit, or what it, its command line and its environment say. For people alone: no rule
// of detection reads it.
#pragma once

#include <string>
#include <string_view>

#include "agent/proc/cgroup_place.h"

namespace sockwarden {

/// What a process is named by. The texts are those of /proc.
struct NameSources {
  std::string_view comm, exe;
  std::string_view cmdline;  ///< arguments, each closed by a NUL
  std::string_view environ;  ///< variables, each closed by a NUL
};

struct ServiceName {
  std::string name;         ///< empty: it is called what its comm says
  bool is_of_unit = false;  ///< and so the name of all processes in it
};

/// The first that there is: `sockwarden.service` (or SOCKWARDEN_SERVICE) of its environment, the pool of php-fpm, the
/// unit, OTEL_SERVICE_NAME, a Java main class or jar, a Python module or script, a Node script, the executable of which
/// comm is the beginning.
[[nodiscard]] ServiceName service_name(const NameSources& sources, const CgroupPlace& place);

}  // namespace sockwarden
