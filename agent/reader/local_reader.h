// Reads other processes within this one: what the reader's process does, and tests.
#pragma once

#include "agent/contract/target_reader.h"
#include "agent/symbols/symbolizer.h"

namespace sockwarden {

class LocalReader : public TargetReader {
 public:
  [[nodiscard]] StackNames answer(const StackQuestion& question);

  bool ask(StackQuestion question) override;
  [[nodiscard]] std::vector<StackNames> take_names() override;
  void wait(std::chrono::milliseconds /*longest*/) override {}
  [[nodiscard]] ReaderHealth health() const override { return health_; }

 private:
  Symbolizer symbolizer_;
  std::vector<StackNames> names_;
  ReaderHealth health_;
};

}  // namespace sockwarden
