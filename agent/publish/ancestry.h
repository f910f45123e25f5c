#pragma once

#include <cstdint>
#include <map>

#include "agent/publish/published.h"

namespace sockwarden {

/// Who started whom, also of the processes that have exited.
class Ancestry {
 public:
  explicit Ancestry(const Published& published);

  /// Whether `pid` is `ancestor` or descends from it.
  [[nodiscard]] bool descends(std::uint32_t pid, std::uint32_t ancestor) const;

 private:
  std::map<std::uint32_t, std::uint32_t> parents_;
};

}  // namespace sockwarden
