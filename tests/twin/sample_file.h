// Samples of a real kernel side in a file: JSON, the first one whole, of each other one what is different (RFC 7396).
// Descriptors one by one are not kept.
#pragma once

#include <string>
#include <vector>

#include "agent/sample/sample.h"

namespace sockwarden::testing {

void write_samples(const std::string& path, const std::vector<Sample>& samples);

/// Throws StaleCapture where the kernel side has other records by now.
[[nodiscard]] std::vector<Sample> read_samples(const std::string& path);

}  // namespace sockwarden::testing
