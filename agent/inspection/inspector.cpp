#include "agent/inspection/inspector.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "agent/config/target.h"
#include "agent/detect/finding_class.h"
#include "agent/detect/fix.h"
#include "agent/inspection/muting.h"

namespace sockwarden {
namespace {

Thresholds thresholds_of_endpoint(const Config& config, const Process& process, const std::string& endpoint) {
  if (config.overrides.empty()) return config.thresholds;
  return thresholds_for(config, subject_of(process, endpoint));
}

spdlog::level::level_enum log_level(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return spdlog::level::err;
    case Severity::warning:
      return spdlog::level::warn;
    case Severity::info:
      break;
  }
  return spdlog::level::info;
}

std::string name_of(const Finding& finding) {
  return finding.class_name + (finding.qualifier.empty() ? "" : " (" + finding.qualifier + ")");
}

void tell_of(const LedgerEntry& entry) {
  const Finding& finding = entry.finding;
  const auto level = entry.muted ? spdlog::level::info : log_level(finding.severity);
  spdlog::log(level, "{} {}{}: {} in pid {} ({}): {}", entry.id, entry.muted ? "muted, " : "",
              name_of(finding.confidence), name_of(finding), entry.process.pid, entry.process.identity.service,
              finding.summary);
}

}  // namespace

Inspection Inspector::inspect(const Model& model, const Sample& sample, const Config& config) {
  ledger_.set_retention(config.findings.retention);
  pools_.set_retention(config.findings.retention);
  pools_.update(sample, model);
  descriptors_.update(sample, model);
  feed_.update(model, waits_);
  queues_.update(model);
  binds_.update(sample, model);
  std::vector<Finding> findings = detect(model, config);
  testimony_.remember_accused(findings);
  advise(findings, model);
  std::vector<LedgerEvent> events = ledger_.update(std::move(findings), model);
  std::vector<LedgerEntry> entries = ledger_.entries();
  for (LedgerEvent& event : events) mute(event.entry, config.findings, model.wall);
  for (LedgerEntry& entry : entries) mute(entry, config.findings, model.wall);
  tell(events);
  tell_of_ended_mutes(entries);
  std::vector<TableFill> tables = pools_.tables();
  for (const TableFill& table : {ledger_.table(), descriptors_.table(), waits_.table(), feed_.table()})
    tables.push_back(table);
  return {.findings = std::move(entries),
          .waits = observed_.all(),
          .timeouts = timeouts(),
          .wanted = {.details = descriptors_.wanted(), .send_times = pools_.wants_send_times()},
          .pools = pools(),
          .tables = std::move(tables),
          .dropped_connections = pools_.dropped(),
          .refused_findings = ledger_.refused(),
          .findings_without_room = ledger_.without_room(),
          .forgotten_wait_histories = waits_.forgotten()};
}

std::vector<PoolFigures> Inspector::pools() const {
  std::vector<PoolFigures> figures;
  figures.reserve(pools_.size());
  for (const Pool* pool : pools_.all()) figures.push_back(*pool);
  return figures;
}

std::vector<Finding> Inspector::detect(const Model& model, const Config& config) {
  const DetectionContext context{model,
                                 pools_,
                                 waits_,
                                 queues_,
                                 [&config](const Process& process, const std::string& endpoint) {
                                   return thresholds_of_endpoint(config, process, endpoint);
                                 },
                                 &descriptors_,
                                 &binds_};
  observed_ = ObservedWaits();
  std::vector<Finding> findings;
  const auto take = [&](DetectorResult result) {
    observed_.add(result.waits);
    findings.insert(findings.end(), std::make_move_iterator(result.findings.begin()),
                    std::make_move_iterator(result.findings.end()));
  };
  std::vector<Question> questions;
  std::vector<std::pair<Detector, Suspects>> suspicions;
  for (const FindingClass& one : finding_classes()) {
    const Detector& detector = one.detector;
    if (detector.detect != nullptr) {
      take(detector.detect(context));
      continue;
    }
    Suspects suspects = detector.suspects(context);
    for (const Suspect& suspect : suspects) questions.push_back(suspect.question);
    suspicions.emplace_back(detector, std::move(suspects));
  }
  const Answers answers = testimony_.answers_to(questions, model);
  for (const auto& [detector, suspects] : suspicions) take(detector.judge(context, suspects, answers));
  return findings;
}

void Inspector::advise(std::vector<Finding>& findings, const Model& model) {
  for (const Finding& finding : findings) families_.ask(finding.process, model.process_of_serial(finding.process));
  families_.update();
  for (Finding& finding : findings) finding.advice = fix_text(finding, families_.of(finding.process));
}

void Inspector::tell(const std::vector<LedgerEvent>& events) const {
  for (const LedgerEvent& event : events) {
    const LedgerEntry& entry = event.entry;
    if (event.kind == LedgerEvent::Kind::activated) {
      tell_of(entry);
    } else {
      spdlog::info("{} resolved: {} in pid {} ({})", entry.id, name_of(entry.finding), entry.process.pid,
                   entry.process.identity.service);
    }
  }
}

void Inspector::tell_of_ended_mutes(const std::vector<LedgerEntry>& entries) {
  std::set<std::string> muted;
  for (const LedgerEntry& entry : entries) {
    if (entry.calls() && muted_.contains(entry.id)) tell_of(entry);
    if (entry.active && entry.muted) muted.insert(entry.id);
  }
  muted_ = std::move(muted);
}

std::vector<EffectiveTimeout> Inspector::timeouts() {
  std::vector<EffectiveTimeout> rows;
  const auto known = waits_.effective_timeouts();
  for (const auto& [key, timeout] : known) {
    rows.push_back({key.process, key.endpoint, key.phase, timeout});
    if (told_timeouts_.contains(key)) continue;
    spdlog::info("{} gives up waiting ({}) on {} after {:.3g} s: an effective timeout", key.process.comm, key.phase,
                 key.endpoint, std::chrono::duration<double>(timeout).count());
  }
  told_timeouts_ = known;
  return rows;
}

}  // namespace sockwarden
