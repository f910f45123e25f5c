#include "agent/publish/loss_names.h"

namespace sockwarden {

const char* name_of_loss(sw_loss loss) {
  switch (loss) {
    case SW_LOSS_DETAIL:
      return "detail";
    case SW_LOSS_RECORD:
      return "record";
    case SW_LOSS_PROCESS:
      return "process";
    case SW_LOSS_ENDPOINT:
      return "endpoint";
    case SW_LOSS_STACK:
      return "stack";
    case SW_LOSS_UNATTRIBUTED:
      return "unattributed";
    case SW_LOSS_MPTCP_PARENT:
      return "mptcp_parent";
    case SW_LOSS_DESCRIPTORS:
      return "descriptors";
    case SW_LOSS_OPTION:
      return "option";
    case SW_LOSS_MISSED:
      return "missed";
    case SW_LOSS_BIND:
      return "bind";
    case SW_LOSS_ENDING:
      return "ending";
    case SW_LOSS_LISTENER:
      return "listener";
    case SW_LOSS_COUNT:
      break;
  }
  return nullptr;
}

}  // namespace sockwarden
