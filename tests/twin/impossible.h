// What the kernel side cannot have written: a test that feeds it would show nothing.
#pragma once

#include <optional>
#include <string>

#include "bpf/record.h"

namespace sockwarden::testing {

/// The first rule of the record that is broken; empty = none.
[[nodiscard]] std::optional<std::string> impossible(const sw_connection& connection);

}  // namespace sockwarden::testing
