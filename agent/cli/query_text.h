// The filters of a question to the API.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sockwarden {

/// "?pid=42&service=php-fpm%20pool%20www", without those that are empty.
[[nodiscard]] std::string query_text(const std::vector<std::pair<std::string, std::string>>& filters);

}  // namespace sockwarden
