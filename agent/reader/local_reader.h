// Reads other processes within this one: what the reader's process does, and tests.
#pragma once

#include "agent/contract/target_reader.h"
#include "agent/evidence/evidence_reader.h"
#include "agent/symbols/symbolizer.h"

namespace sockwarden {

class LocalReader : public TargetReader {
 public:
  [[nodiscard]] StackNames answer(const StackQuestion& question);

  [[nodiscard]] std::vector<Evidence> answer(const WaitQuestions& questions);
  [[nodiscard]] FamilyAnswer answer(const FamilyQuestion& question);

  bool ask(StackQuestion question) override;
  bool ask(WaitQuestions questions) override;
  bool ask(FamilyQuestion question) override;
  [[nodiscard]] std::vector<StackNames> take_names() override;
  [[nodiscard]] std::vector<Evidence> take_evidence() override;
  [[nodiscard]] std::vector<FamilyAnswer> take_families() override;
  void wait(std::chrono::milliseconds /*longest*/) override {}
  [[nodiscard]] ReaderHealth health() const override { return health_; }

 private:
  Symbolizer symbolizer_;
  EvidenceReader evidence_reader_;
  std::vector<StackNames> names_;
  std::vector<Evidence> evidence_;
  std::vector<FamilyAnswer> families_;
  ReaderHealth health_;
};

}  // namespace sockwarden
