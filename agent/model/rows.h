#pragma once

#include "agent/model/identities.h"
#include "agent/model/listeners.h"
#include "agent/model/live_tally.h"

namespace sockwarden {

/// What the row builders share.
struct RowContext {
  const Sample& sample;
  const ModelLimits& limits;
  const Identities& identities;
  const Listeners& listeners;
  const LiveTally& tally;
  Model::Memory& memory;
  Model& model;
};

/// Rows by identity and role. The endpoints come first: they say what of process 0 belongs to whom.
void build_rows(RowContext& context);

/// Rows by identity and option.
void build_option_rows(RowContext& context);

/// One row a process that has descriptors.
void build_descriptor_rows(RowContext& context);

}  // namespace sockwarden
