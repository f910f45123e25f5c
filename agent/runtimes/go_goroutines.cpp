#include "agent/runtimes/go_goroutines.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace sockwarden {
namespace {

constexpr std::uint64_t most_goroutines = 20'000, most_bytes_searched = 32 << 20;
constexpr std::size_t most_frames = 100, most_stack_bytes = 64 << 10, word = sizeof(std::uint64_t);

// Offsets in runtime.g (src/runtime/runtime2.go). The first ones are those of all releases since 1.18.
constexpr std::size_t stack_low_at = 0, stack_high_at = 8, stack_pointer_at = 56, address_at = 64, self_at = 72;
struct Layout {
  std::size_t frame_pointer = 104, call_stack_pointer = 112, status = 144, id = 152, reason = 176;
};
constexpr std::size_t fields_bytes = 192;

// 1.23 and 1.24 keep the frame pointer of a system call, 1.25 gave up a field before it.
Layout layout_of(int minor) {
  if (minor <= 22) return {};
  if (minor <= 24) return {.status = 152, .id = 160, .reason = 184};
  return {.frame_pointer = 96, .call_stack_pointer = 104};
}

using Fields = std::array<char, fields_bytes>;

template <typename Value>
Value field(const char* fields, std::size_t offset) {
  Value value{};
  std::memcpy(&value, fields + offset, sizeof(value));
  return value;
}

/// What changes when the goroutine goes on.
bool same(const Fields& before, const Fields& after) {
  return std::memcmp(before.data() + stack_pointer_at, after.data() + stack_pointer_at,
                     fields_bytes - stack_pointer_at) == 0;
}

Goroutine::State state_of(std::uint32_t status) {
  constexpr std::uint32_t being_scanned = 0x1000;  // by the collector
  switch (status & ~being_scanned) {
    case 1:
      return Goroutine::State::runnable;
    case 2:
      return Goroutine::State::running;
    case 3:
      return Goroutine::State::in_call;
    case 4:
      return Goroutine::State::waiting;
    case 6:
      return Goroutine::State::gone;
    default:
      return Goroutine::State::idle;
  }
}

/// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), over words.
std::uint64_t fingerprint_of(const std::vector<std::uint64_t>& words) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const auto value : words) hash = (hash ^ value) * 0x100000001b3;
  return hash;
}

}  // namespace

bool GoFrame::is_of(std::string_view function) const {
  return std::any_of(calls.begin(), calls.end(), [&](const GoCall& call) { return call.function == function; });
}

bool GoGoroutines::names_itself(std::uint64_t goroutine) {
  if (goroutine == 0 || goroutine % word != 0) return false;
  std::uint64_t self = 0;
  return memory_.copy_fresh(goroutine + self_at, &self, word) && self == goroutine;
}

/// runtime.allgs: the one slice among the variables of which each element names itself.
std::optional<GoGoroutines::Slice> GoGoroutines::all() {
  if (module_.bss_end - module_.bss > most_bytes_searched) return std::nullopt;
  std::vector<std::uint64_t> words((module_.bss_end - module_.bss) / word);
  if (words.size() < 3 || !memory_.copy_fresh(module_.bss, words.data(), words.size() * word)) return std::nullopt;
  for (std::size_t at = 0; at + 3 <= words.size(); ++at) {
    const Slice slice{words[at], words[at + 1], words[at + 2]};
    if (slice.begin == 0 || slice.begin % word != 0 || slice.length == 0 || slice.length > slice.capacity) continue;
    if (slice.length > most_goroutines) continue;
    std::uint64_t first = 0, last = 0;
    if (!memory_.copy_fresh(slice.begin, &first, word)) continue;
    if (!memory_.copy_fresh(slice.begin + (slice.length - 1) * word, &last, word)) continue;
    if (names_itself(first) && names_itself(last)) return slice;
  }
  return std::nullopt;
}

/// runtime.waitReasonStrings: "", "GC assist marking", "IO wait", …
std::optional<std::uint64_t> GoGoroutines::reasons() {
  struct Text {
    std::uint64_t begin = 0, length = 0;
  };
  constexpr std::string_view second = "GC assist marking", third = "IO wait";
  const std::array<std::array<std::uint64_t, 2>, 2> ranges{
      {{module_.noptrdata, module_.noptrdata_end}, {module_.data, module_.data_end}}};
  for (const auto& [begin, end] : ranges) {
    if (end - begin > most_bytes_searched) continue;
    std::vector<std::uint64_t> words((end - begin) / word);
    if (words.empty() || !memory_.copy_fresh(begin, words.data(), words.size() * word)) continue;
    for (std::size_t at = 0; at + 6 <= words.size(); ++at) {
      if (words[at + 1] != 0 || words[at + 3] != second.size() || words[at + 5] != third.size()) continue;
      std::string texts(second.size() + third.size(), '\0');
      if (!memory_.copy(words[at + 2], texts.data(), second.size())) continue;
      if (!memory_.copy(words[at + 4], texts.data() + second.size(), third.size())) continue;
      if (texts == std::string(second) + std::string(third)) return begin + at * word;
    }
  }
  return std::nullopt;
}

std::string GoGoroutines::reason(std::uint8_t number) {
  constexpr std::uint64_t longest = 64;
  const auto header = *reasons_ + number * 2 * word;
  const auto begin = memory_.at<std::uint64_t>(header), length = memory_.at<std::uint64_t>(header + word);
  if (!begin || !length || *length > longest) return {};
  std::string text(*length, '\0');
  return memory_.copy(*begin, text.data(), text.size()) ? text : std::string();
}

/// Words of the stack; nothing where they do not lie in it.
std::vector<std::uint64_t> GoGoroutines::stack(std::uint64_t from, std::uint64_t low, std::uint64_t high) {
  if (from < low || from >= high || from % word != 0) return {};
  std::vector<std::uint64_t> words(std::min<std::uint64_t>(high - from, most_stack_bytes) / word);
  if (!memory_.copy_fresh(from, words.data(), words.size() * word)) return {};
  return words;
}

void GoGoroutines::walk(Goroutine& goroutine, std::uint64_t high, const char* fields) {
  const auto from = field<std::uint64_t>(fields, stack_pointer_at);
  const auto words = stack(from, goroutine.stack_low, high);
  goroutine.fingerprint = fingerprint_of(words);
  const auto index = [&](std::uint64_t address) { return (address - from) / word; };
  const auto part = [&](std::uint64_t address) { return words.begin() + static_cast<std::ptrdiff_t>(index(address)); };
  auto return_address = field<std::uint64_t>(fields, address_at), frame_begin = from;
  auto frame_pointer = field<std::uint64_t>(fields, layout_of(module_.minor).frame_pointer);
  while (goroutine.frames.size() < most_frames) {
    GoFrame frame{functions_.at(return_address), {}};
    if (frame.calls.empty() || frame.is_of("runtime.goexit")) return;
    const bool right =
        frame_pointer >= frame_begin && frame_pointer % word == 0 && index(frame_pointer) + 1 < words.size();
    if (right) frame.words.assign(part(frame_begin), part(frame_pointer));
    goroutine.frames.push_back(std::move(frame));
    if (!right) return;
    return_address = words[index(frame_pointer) + 1];
    frame_begin = frame_pointer + 2 * word;
    frame_pointer = words[index(frame_pointer)];
  }
}

/// Without a frame pointer: whatever on the stack may be an address of return.
void GoGoroutines::search(Goroutine& goroutine, std::uint64_t high, const char* fields) {
  const auto from = field<std::uint64_t>(fields, layout_of(module_.minor).call_stack_pointer);
  for (const auto value : stack(from, goroutine.stack_low, high)) {
    if (goroutine.frames.size() >= most_frames) return;
    if (auto calls = functions_.at(value); !calls.empty()) goroutine.frames.push_back({std::move(calls), {}});
  }
}

/// g.timer: the one timer that it points to which is to wake it (src/runtime/time.go).
std::optional<std::chrono::nanoseconds> GoGoroutines::end_of_sleep(std::uint64_t goroutine) {
  constexpr std::size_t searched_from = 192, searched_words = 40;
  const std::size_t when_at = module_.minor <= 22 ? 8 : module_.minor <= 24 ? 16 : 24;
  const std::size_t argument_at = when_at + 32;  // period, function, and the type of what it is given stand between
  std::array<std::uint64_t, searched_words> words{};
  if (!memory_.copy_fresh(goroutine + searched_from, words.data(), sizeof(words))) return std::nullopt;
  for (const auto timer : words) {
    std::uint64_t woken = 0;
    std::int64_t when = 0;
    if (timer == 0 || timer % word != 0 || !memory_.copy_fresh(timer + argument_at, &woken, word)) continue;
    if (woken != goroutine || !memory_.copy_fresh(timer + when_at, &when, word) || when < 0) continue;
    return std::chrono::nanoseconds(when);
  }
  return std::nullopt;
}

std::optional<Goroutine> GoGoroutines::read(std::uint64_t address) {
  const Layout layout = layout_of(module_.minor);
  Fields fields{}, again{};
  if (!memory_.copy_fresh(address, fields.data(), fields.size())) return std::nullopt;
  if (field<std::uint64_t>(fields.data(), self_at) != address) return std::nullopt;
  Goroutine goroutine;
  goroutine.address = address;
  goroutine.id = field<std::uint64_t>(fields.data(), layout.id);
  goroutine.state = state_of(field<std::uint32_t>(fields.data(), layout.status));
  goroutine.stack_low = field<std::uint64_t>(fields.data(), stack_low_at);
  const auto high = field<std::uint64_t>(fields.data(), stack_high_at);
  if (goroutine.state == Goroutine::State::in_call) search(goroutine, high, fields.data());
  if (goroutine.state != Goroutine::State::waiting) return goroutine;
  goroutine.waits_for = reason(field<std::uint8_t>(fields.data(), layout.reason));
  walk(goroutine, high, fields.data());
  if (goroutine.waits_for == "sleep") goroutine.wakes = end_of_sleep(address);
  if (goroutine.wakes) goroutine.fingerprint ^= static_cast<std::uint64_t>(goroutine.wakes->count());
  if (!memory_.copy_fresh(address, again.data(), again.size()) || !same(fields, again)) {
    goroutine.state = Goroutine::State::running;
    goroutine.frames.clear();
  }
  return goroutine;
}

std::optional<std::vector<Goroutine>> GoGoroutines::read() {
  const auto slice = all();
  reasons_ = reasons();
  if (!slice || !reasons_) return std::nullopt;
  std::vector<std::uint64_t> addresses(slice->length);
  if (!memory_.copy_fresh(slice->begin, addresses.data(), addresses.size() * word)) return std::nullopt;
  std::vector<Goroutine> goroutines;
  goroutines.reserve(addresses.size());
  for (const auto address : addresses) {
    auto goroutine = read(address);
    if (!goroutine) return std::nullopt;
    if (goroutine->state != Goroutine::State::gone) goroutines.push_back(std::move(*goroutine));
  }
  return goroutines;
}

}  // namespace sockwarden
