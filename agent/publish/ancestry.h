#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "agent/publish/published.h"

namespace sockwarden {

/// Who started whom, also of the processes that have exited.
class Ancestry {
 public:
  explicit Ancestry(const Published& published);

  /// Whether `ancestor` is this process or one that it descends from. Of processes that had the same number one after
  /// the other, the last one is meant.
  [[nodiscard]] bool descends(const Process& process, std::uint32_t ancestor) const;

 private:
  using Life = std::pair<std::uint32_t, std::uint64_t>;  ///< pid and start
  std::map<Life, std::uint32_t> parents_;
};

}  // namespace sockwarden
