#include "agent/cli/query_text.h"

#include <cctype>
#include <string_view>

namespace sockwarden {
namespace {

/// What is not unreserved (RFC 3986, 2.3) is encoded.
std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(letter) != std::string_view::npos) {
      encoded += letter;
    } else {
      encoded += '%';
      for (const int shift : {4, 0}) encoded += "0123456789ABCDEF"[(byte >> shift) & 15];
    }
  }
  return encoded;
}

}  // namespace

std::string query_text(const std::vector<std::pair<std::string, std::string>>& filters) {
  std::string text;
  for (const auto& [name, value] : filters)
    if (!value.empty()) text += (text.empty() ? "?" : "&") + name + "=" + percent_encoded(value);
  return text;
}

}  // namespace sockwarden
