// Who has how many findings in the ledger, by user and by process: where it is full, whoever has most makes room for
// whoever has fewer, so that nobody's flood hides what others have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "agent/detect/finding.h"

namespace sockwarden {

class Shares {
 public:
  void add(const Process& process);
  void remove(const Process& process);
  void clear() { *this = {}; }

  /// The process that makes room for a finding of `process`: that with most findings of the user with most. Empty where
  /// nobody has more than its own user, and of that no process more than itself.
  [[nodiscard]] std::optional<std::uint32_t> who_makes_room_for(const Process& process) const;

 private:
  struct User {
    std::size_t findings = 0;
    std::map<std::uint32_t, std::size_t> processes;  // by serial
  };
  using Users = std::map<std::uint32_t, User>;
  [[nodiscard]] const User* greatest() const;

  Users users_;
  mutable std::optional<std::uint32_t> greatest_;  // kept while nothing changes: a flood asks again and again
};

}  // namespace sockwarden
