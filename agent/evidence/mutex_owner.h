// Who holds the mutex that a thread waits for, as the C library keeps it.
#pragma once

#include <cstdint>

#include "agent/proc/process_view.h"

namespace sockwarden {

/// What becomes of a mutex that a thread waits for.
struct MutexEnd {
  enum class Kind {
    unknown,  ///< it is none of the C library's, or who holds it waits for something else
    never,    ///< who holds it has ended, or waits for one that this thread holds
    works,    ///< `thread` holds it, and may go on
  };
  Kind kind = Kind::unknown;
  std::uint32_t thread = 0;
};
[[nodiscard]] MutexEnd end_of_mutex(const ProcessView& process, const ProcessView::Thread& waiter);

}  // namespace sockwarden
