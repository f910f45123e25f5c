// One named figure of a finding's evidence, as it is published.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace sockwarden {

/// A number (seconds, bytes, counts), a text, a truth, or null.
using EvidenceValue = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string>;
using EvidenceValues = std::map<std::string, EvidenceValue>;

}  // namespace sockwarden
