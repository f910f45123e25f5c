// Identities as small numbers, and the bound on how many are remembered.
#pragma once

#include <unordered_map>

#include "agent/model/memory.h"

namespace sockwarden {

class Identities {
 public:
  Identities(Model::Memory& memory, const Model& model, const Model& last);

  /// The number of a process's identity; empty if the process is not known at all. 0 = not attributed has one too.
  [[nodiscard]] std::optional<std::uint32_t> of_process(std::uint32_t serial) const;
  /// The identity of a number; only those in memory.
  [[nodiscard]] std::unordered_map<std::uint32_t, const Identity*> names() const;
  [[nodiscard]] std::uint32_t unattributed() const { return unattributed_; }

  /// Folds identities without a process into comm "other": those of the past after the retention, and the longest
  /// unchanged where there are too many.
  void fold(const ModelLimits& limits);

 private:
  std::uint32_t index_of(const Identity& identity);
  void fold_one(std::uint32_t from, std::uint32_t into);

  Model::Memory& memory_;
  Instant now_;
  std::unordered_map<std::uint32_t, std::uint32_t> by_serial_;
  std::uint32_t unattributed_ = 0;
};

}  // namespace sockwarden
