#include "agent/model/model.h"

#include "agent/model/connection.h"
#include "agent/model/identities.h"
#include "agent/model/live_tally.h"
#include "agent/model/memory.h"
#include "agent/model/processes.h"
#include "agent/model/rows.h"

namespace sockwarden {

Model Model::next(const Sample& sample, const Model& last, const ModelLimits& limits) {
  Model model;
  model.time = sample.time;
  model.wall = sample.wall;
  model.number = sample.number;
  model.losses = sample.losses;
  model.tables = sample.tables;
  model.scan_duration = sample.scan_duration;
  take_processes(model, sample, last);

  const Listeners listeners(sample.live);
  model.connections.reserve(sample.live.size());
  for (const sw_connection& raw : sample.live)
    model.connections.push_back(connection_from(raw, model, listeners, false));
  model.closed.reserve(sample.closed.size());
  for (const sw_connection& raw : sample.closed) model.closed.push_back(connection_from(raw, model, listeners, true));

  auto carried = last.memory ? std::make_shared<Memory>(*last.memory) : std::make_shared<Memory>();
  Identities identities(*carried, model, last);
  identities.fold(limits);
  const LiveTally tally(sample);
  RowContext context{sample, limits, identities, listeners, tally, *carried, model};
  build_rows(context);
  build_option_rows(context);
  build_descriptor_rows(context);
  model.folded_identities = carried->folded_identities;
  model.memory = std::move(carried);
  return model;
}

}  // namespace sockwarden
