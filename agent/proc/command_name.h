// What a command line runs, where the program is only an interpreter or a virtual machine. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sockwarden {

/// A Java main class or jar, a Python module or script, a Node script; empty where the line tells none. `exe` is the
/// executable, empty where it may not be read.
[[nodiscard]] std::string command_name(std::string_view exe, const std::vector<std::string_view>& arguments);

}  // namespace sockwarden
