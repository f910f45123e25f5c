#include "agent/pipeline/pipeline.h"

#include <utility>

#include "agent/model/table_fills.h"
#include "agent/pipeline/service_rules.h"

namespace sockwarden {

Pipeline::Pipeline(std::unique_ptr<Kernel> kernel, std::unique_ptr<TargetReader> reader, const Config& config)
    : kernel_(std::move(kernel)),
      reader_(std::move(reader)),
      config_(config),
      filter_(config.targets),
      inspector_(*reader_) {}

void Pipeline::configure(const Config& config) {
  if (config.targets != config_.targets) filter_ = TargetFilter(config.targets);
  config_ = config;
}

tl::expected<Round, ScanFailure> Pipeline::next(const Model& last) {
  inspector_.hear();
  auto scanned = kernel_->scan(wanted_);
  if (!scanned) return tl::unexpected(scanned.error());
  Sample sample = filter_.narrow(std::move(*scanned));
  name_services(sample, config_.identity.rules);
  Round round;
  const ModelLimits limits{.endpoints_per_process = config_.metrics.endpoints_per_process,
                           .retention = config_.findings.retention};
  round.model = Model::next(sample, last, limits);
  std::vector<sw_connection>().swap(sample.live);  // the Model has them; where there are many, two lists are too much
  round.inspection = inspector_.inspect(round.model, sample, config_);
  origins_.name(round.inspection, inspector_, *kernel_, *reader_);
  round.reader = reader_->health();
  wanted_ = std::move(round.inspection.wanted);
  for (const std::vector<TableFill>& tables : {tables_of(round.model), round.inspection.tables})
    round.model.tables.insert(round.model.tables.end(), tables.begin(), tables.end());
  return round;
}

}  // namespace sockwarden
