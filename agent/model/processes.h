#pragma once

#include "agent/model/model.h"

namespace sockwarden {

/// Fills `processes`, `serial_by_pid` and `parents` of `model` from the sample and what the last Model knew.
void take_processes(Model& model, const Sample& sample, const Model& last);

}  // namespace sockwarden
