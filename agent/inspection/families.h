// What the programs with findings are written in, as far as it has been answered.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "agent/contract/target_reader.h"
#include "agent/model/model.h"

namespace sockwarden {

class Families {
 public:
  explicit Families(TargetReader& reader) : reader_(reader) {}

  /// Asks about a process that is new; null: it is gone, and what is known of it stays.
  void ask(std::uint32_t serial, const Process* process);
  /// Takes the answers, and forgets who was not asked about since the last time.
  void update();

  /// Empty where it is not known, or not yet.
  [[nodiscard]] ProgramFamily of(std::uint32_t process) const;

 private:
  struct Known {
    ProgramFamily family;
    std::uint64_t round = 0;
  };
  TargetReader& reader_;
  std::unordered_map<std::uint32_t, Known> known_;  // by serial: an exec() starts another program
  std::uint64_t round_ = 0;
};

}  // namespace sockwarden
