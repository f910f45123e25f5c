// Which sources this binary was made of, and with what.
#pragma once

namespace sockwarden {

struct BuildInfo {
  const char* version;   ///< "0.2.0"
  const char* revision;  ///< of git, with "-dirty" where a file differed; "unknown" outside of a checkout
  const char* compiler;  ///< "GNU 12.2.0"
  const char* type;      ///< "RelWithDebInfo"
  const char* libbpf;    ///< "1.1.0"
  const char* machine;   ///< "x86_64"
};

[[nodiscard]] const BuildInfo& this_build();

}  // namespace sockwarden
