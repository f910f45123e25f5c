// Connections as the kernel side made them, by name: what tests start from instead of a struct of zeroes.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "bpf/record.h"

namespace sockwarden::testing {

using Records = std::map<std::string, sw_connection>;

/// A file each, NAME.json, with all its fields.
void write_records(const std::string& folder, const Records& records);
/// Throws StaleCapture where a file has a field that the struct has not, or lacks one.
[[nodiscard]] Records read_records(const std::string& folder);

/// Those of tests/unit/records.
[[nodiscard]] const Records& captured_records();
/// One of them, with its times moved so that it was read at `read_ns`.
[[nodiscard]] sw_connection captured_record(const std::string& name, std::uint64_t read_ns);

}  // namespace sockwarden::testing
