// The files that a process has mapped, and how they are reached from here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/proc/mapped_file.h"
#include "agent/proc/target_file.h"

namespace sockwarden {

class ProcessFiles {
 public:
  /// `process`: a handle of /proc/PID, as it is now.
  ProcessFiles(std::uint32_t pid, int process);

  struct Place {
    TargetPath path;
    std::uint64_t offset = 0;
  };
  /// The file whose contents lie at this address, and where in it.
  [[nodiscard]] std::optional<Place> at(std::uint64_t address) const;

  /// Those whose code is mapped, each once.
  [[nodiscard]] std::vector<TargetPath> with_code() const;

  [[nodiscard]] std::vector<MappedObject> objects() const { return mapped_objects(maps_); }
  [[nodiscard]] TargetPath reachable(const std::string& path) const;

 private:
  std::string folder_;
  std::string maps_;
  std::string own_;  ///< path of the executable, which is reached also where nobody else may
};

}  // namespace sockwarden
