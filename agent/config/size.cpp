#include "agent/config/size.h"

#include <charconv>

namespace sockwarden {

tl::expected<std::uint64_t, std::string> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  std::uint64_t factor = 0;
  if (unit.empty() || unit == "B") factor = 1;
  if (unit == "KiB") factor = 1ULL << 10;
  if (unit == "MiB") factor = 1ULL << 20;
  if (unit == "GiB") factor = 1ULL << 30;
  if (error != std::errc() || factor == 0 || __builtin_mul_overflow(number, factor, &number)) {
    return tl::unexpected("\"" + std::string(text) + "\" is no size; write it like 4096, 512KiB or 1MiB");
  }
  return number;
}

}  // namespace sockwarden
