// The filters of an API request, checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/publish/request.h"

namespace sockwarden {

inline constexpr std::uint64_t pid_limit = 1U << 22U;  // PID_MAX_LIMIT

class Query {
 public:
  /// On failure one sentence: an unknown filter, or one given twice.
  static tl::expected<Query, std::string> of(const Request& request, const std::vector<std::string>& known);

  [[nodiscard]] std::optional<std::string> text(const std::string& name) const;

  /// Absent is empty; what is no number of at most `limit` is an error sentence.
  [[nodiscard]] tl::expected<std::optional<std::uint64_t>, std::string> number(const std::string& name,
                                                                               std::uint64_t limit) const;

  /// Absent is empty; what is not among the words is an error sentence. Case does not matter.
  [[nodiscard]] tl::expected<std::optional<std::string>, std::string> word(const std::string& name,
                                                                           const std::vector<std::string>& words) const;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace sockwarden
