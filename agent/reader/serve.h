// The reader's process: answers one question after the other until nobody asks any more.
#pragma once

namespace sockwarden {

/// On this socket; goes into the sandbox first. The status to exit with.
[[nodiscard]] int serve_reader(int socket);

}  // namespace sockwarden
