// What a program is written in, and which client libraries it has loaded: in their words it is advised.
#pragma once

#include <set>
#include <string>

namespace sockwarden {

struct ProgramFamily {
  std::string language;             ///< "go", "python", …, "native"; empty = unknown
  std::set<std::string> libraries;  ///< "libpq", "pgjdbc", …
};

}  // namespace sockwarden
