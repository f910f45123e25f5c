// What the API states, as cells of a table: "-" where it states nothing.
#pragma once

#include <string>

#include "agent/publish/json.h"

namespace sockwarden {

/// The member of that name; null where there is none.
[[nodiscard]] const Json& member(const Json& object, const char* key);

/// Printable; what a program names itself cannot move the cursor.
[[nodiscard]] std::string word_cell(const Json& object, const char* key);

/// What people call a process; agents that tell no service tell its comm.
[[nodiscard]] std::string service_cell(const Json& process);

/// Whole numbers as they are, others with three digits.
[[nodiscard]] std::string number_cell(const Json& object, const char* key);

/// Of seconds: "3m05s".
[[nodiscard]] std::string duration_cell(const Json& object, const char* key);

}  // namespace sockwarden
