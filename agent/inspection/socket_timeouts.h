// The timeouts of all sockets of a Model, for those who know them by inode.
#pragma once

#include "agent/contract/question.h"
#include "agent/model/model.h"

namespace sockwarden {

/// To be asked while the Model lives.
[[nodiscard]] HasSocketTimeout socket_timeouts(const Model& model);

}  // namespace sockwarden
