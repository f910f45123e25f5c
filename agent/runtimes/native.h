// A program without a runtime, or with one that is not known: what its threads show is all there is.
#pragma once

#include "agent/runtimes/runtime.h"

namespace sockwarden {

class NativeRuntime : public Runtime {
 public:
  [[nodiscard]] RuntimeKind kind() const override { return RuntimeKind::native; }
};

}  // namespace sockwarden
