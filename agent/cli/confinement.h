// What the agent may ask of the kernel once it runs.
#pragma once

namespace sockwarden {

/// Once everything is loaded, attached and bound: from here on a scan, an answer and a reload are all there is to do.
/// Logs what is left, and what could not be given up.
void confine();

}  // namespace sockwarden
