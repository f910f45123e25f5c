#include "agent/runtimes/go_binary.h"

#include <utility>

#include "agent/runtimes/go_elf.h"

namespace sockwarden {

std::vector<PollDescLayout> known_layouts(std::string_view release) {
  const int minor = minor_of(release);
  // A timer of 72 bytes (src/runtime/time.go up to 1.22). 1.21 brought fdseq behind fd; fixes of 1.20 may carry it,
  // too.
  constexpr PollDescLayout plain{8, 136, 224, 24, 232}, with_sequence{8, 144, 232, 32, 240};
  // 1.23 rewrote timers (88 bytes); a later field for faked time makes it 96.
  constexpr PollDescLayout new_timer{8, 160, 264, 32, 272}, new_timer_with_random{8, 168, 280, 32, 288};
  if (minor == 19 || minor == 20) return {plain, with_sequence};
  if (minor == 21 || minor == 22) return {with_sequence};
  if (minor >= 23 && minor <= 27) return {new_timer, new_timer_with_random};
  return {};
}

std::string release_in_build_info(std::string_view section) {
  constexpr std::string_view magic = "\xff Go buildinf:";
  constexpr std::size_t flags_at = 15, text_at = 32;
  constexpr unsigned inline_strings = 2;
  if (!section.starts_with(magic) || section.size() <= text_at) return {};
  if ((static_cast<unsigned char>(section[flags_at]) & inline_strings) == 0) return {};
  const auto length = static_cast<unsigned char>(section[text_at]);  // a varint; a release is far below 128 bytes
  if (length >= 128 || section.size() < text_at + 1 + length) return {};
  const auto release = section.substr(text_at + 1, length);
  return std::string(release.substr(0, release.find(' ')));  // "go1.20 X:experiment"
}

// Lines of a word, a tab and the rest: "mod<tab>example.com/orders<tab>v1.2.0…".
std::string module_path_in_build_info(std::string_view section) {
  constexpr std::string_view line = "\nmod\t";
  const auto at = section.find(line);
  if (at == std::string_view::npos) return {};
  const auto rest = section.substr(at + line.size());
  return std::string(rest.substr(0, rest.find_first_of("\t\n")));
}

std::optional<GoBinary> read_go_binary(OwnedFd file) {
  const auto elf = GoElf::open(std::move(file));
  if (!elf) return std::nullopt;
  const auto section = elf->build_info();
  if (!section) return std::nullopt;
  GoBinary binary;
  binary.release = release_in_build_info(*section);
  binary.module_path = module_path_in_build_info(*section);
  binary.module = elf->module(minor_of(binary.release));
  const auto layouts = elf->runtime_layouts();
  binary.timer_heaps = layouts.timer_heaps;
  if (layouts.poll_desc) {
    binary.layouts = {*layouts.poll_desc};
    binary.from_dwarf = true;
  } else {
    binary.layouts = known_layouts(binary.release);
  }
  return binary;
}

std::vector<std::uint64_t> poll_desc_addresses(std::uint64_t epoll_data) {
  const auto shifted = [&](int tag_bits, int alignment_bits) {
    return static_cast<std::uint64_t>((static_cast<std::int64_t>(epoll_data) >> tag_bits) << alignment_bits);
  };
  return {epoll_data, shifted(64 - 48 + 3, 3), shifted(25, 10)};  // up to 1.20, to 1.24, and since
}

}  // namespace sockwarden
