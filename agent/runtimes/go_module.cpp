#include "agent/runtimes/go_module.h"

#include <charconv>
#include <cstddef>
#include <cstring>

namespace sockwarden {
namespace {

constexpr std::size_t word = sizeof(std::uint64_t);

std::uint64_t word_at(std::string_view text, std::size_t index) {
  std::uint64_t value = 0;
  std::memcpy(&value, text.data() + index * word, word);
  return value;
}

/// Word of moduledata; 1.27 put three words before it.
std::size_t inlines_at(int minor) {
  if (minor <= 19) return 38;
  return minor <= 26 ? 40 : 43;
}

}  // namespace

int minor_of(std::string_view release) {
  constexpr std::string_view prefix = "go1.";
  int minor = 0;
  if (release.starts_with(prefix))
    std::from_chars(release.data() + prefix.size(), release.data() + release.size(), minor);
  return minor;
}

std::optional<std::uint64_t> offset_of_names(std::string_view header) {
  constexpr std::size_t pointer_size_at = 7, names_at = 4;
  constexpr std::uint32_t magic_1_18 = 0xfffffff0, magic_1_20 = 0xfffffff1;
  if (header.size() < (names_at + 1) * word) return std::nullopt;
  std::uint32_t magic = 0;
  std::memcpy(&magic, header.data(), sizeof(magic));
  if (magic != magic_1_18 && magic != magic_1_20) return std::nullopt;
  if (header[pointer_size_at] != word) return std::nullopt;
  return word_at(header, names_at);
}

std::optional<GoModule> find_module(std::string_view section, std::uint64_t names, std::uint64_t name_text, int minor) {
  constexpr std::size_t words = 44;
  if (minor < 18) return std::nullopt;
  for (std::size_t at = 0; at + words * word <= section.size(); at += word) {
    const auto found = section.substr(at, words * word);
    if (word_at(found, 0) != names || word_at(found, 1) != name_text) continue;
    const GoModule module{.minor = minor,
                          .names = names,
                          .inlines = word_at(found, inlines_at(minor)),
                          .text = word_at(found, 22),
                          .text_end = word_at(found, 23),
                          .noptrdata = word_at(found, 24),
                          .noptrdata_end = word_at(found, 25),
                          .data = word_at(found, 26),
                          .data_end = word_at(found, 27),
                          .bss = word_at(found, 28),
                          .bss_end = word_at(found, 29)};
    const bool in_order = module.text < module.text_end && module.noptrdata <= module.noptrdata_end &&
                          module.data <= module.data_end && module.bss <= module.bss_end;
    if (in_order) return module;
  }
  return std::nullopt;
}

}  // namespace sockwarden
