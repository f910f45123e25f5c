#include "agent/runtimes/python_frames.h"

#include <algorithm>
#include <cstddef>

namespace sockwarden {
namespace {

constexpr std::size_t most_threads = 4096, most_calls = 128, longest_name = 256, longest_table = 64 << 10;

/// Offsets: in _PyRuntimeState, PyInterpreterState, PyThreadState, _PyInterpreterFrame, PyCodeObject and
/// PyUnicodeObject. They hold within a minor release (compiled against the headers of each).
struct Layout {
  std::uint32_t interpreter, first_thread;
  std::uint32_t next_thread, native_id, frame;
  bool frame_in_record;  ///< `frame` holds the address of a record, of which `current` is the frame
  std::uint32_t current;
  std::uint32_t code, previous, instruction, owner;
  std::uint32_t first_line, instructions, text;
};
constexpr std::uint32_t file_name = 112, qualified_name = 128, line_table = 136;

std::optional<Layout> layout_of(std::uint32_t release) {
  switch (release >> 16) {
    case 0x030b:
      return Layout{48, 16, 8, 160, 56, true, 8, 32, 48, 56, 69, 72, 184, 48};
    case 0x030c:
      return Layout{48, 72, 8, 144, 56, true, 0, 0, 8, 56, 70, 68, 192, 40};
    case 0x030d:
      return Layout{640, 7344, 8, 160, 72, false, 0, 0, 8, 56, 70, 68, 200, 40};
    default:
      return std::nullopt;
  }
}

class Reader {
 public:
  Reader(const Layout& layout, const ReadMemory& read) : layout_(layout), read_(read) {}

  /// Address of the thread's innermost frame; 0 = none.
  std::uint64_t frame_of(std::uint64_t runtime, std::uint32_t thread) {
    auto state = word(word(runtime + layout_.interpreter) + layout_.first_thread);
    for (std::size_t count = 0; state != 0 && count < most_threads; ++count) {
      if (word(state + layout_.native_id) == thread) {
        const auto frame = word(state + layout_.frame);
        return layout_.frame_in_record && frame != 0 ? word(frame + layout_.current) : frame;
      }
      state = word(state + layout_.next_thread);
    }
    return 0;
  }

  std::vector<PythonCall> calls_from(std::uint64_t frame) {
    constexpr std::uint8_t of_c = 3;  // FRAME_OWNED_BY_CSTACK: not a call
    std::vector<PythonCall> calls;
    for (std::size_t count = 0; frame != 0 && count < most_calls; ++count, frame = word(frame + layout_.previous)) {
      if (at<std::uint8_t>(frame + layout_.owner) == of_c) continue;
      auto call = call_at(frame);
      if (!call) return {};
      calls.push_back(std::move(*call));
    }
    return calls;
  }

 private:
  template <typename Value>
  Value at(std::uint64_t address) {
    Value value{};
    return read_(address, &value, sizeof(value)) ? value : Value{};
  }
  std::uint64_t word(std::uint64_t address) { return address == 0 ? 0 : at<std::uint64_t>(address); }

  /// A str of ASCII; nothing where it is none.
  std::optional<std::string> text(std::uint64_t object) {
    constexpr std::uint32_t length_at = 16;
    const auto length = word(object + length_at);
    if (object == 0 || length == 0 || length > longest_name) return std::nullopt;
    std::string text(length, '\0');
    if (!read_(object + layout_.text, text.data(), text.size())) return std::nullopt;
    const bool readable =
        std::all_of(text.begin(), text.end(), [](char letter) { return letter >= ' ' && letter <= '~'; });
    return readable ? std::optional(text) : std::nullopt;
  }

  std::string bytes(std::uint64_t object) {
    constexpr std::uint32_t length_at = 16, data_at = 32;
    const auto length = word(object + length_at);
    if (object == 0 || length > longest_table) return {};
    std::string data(length, '\0');
    return read_(object + data_at, data.data(), data.size()) ? data : std::string();
  }

  std::optional<PythonCall> call_at(std::uint64_t frame) {
    const auto code = word(frame + layout_.code);
    auto file = text(word(code + file_name)), function = text(word(code + qualified_name));
    if (!file || !function) return std::nullopt;
    const auto instruction = word(frame + layout_.instruction), begin = code + layout_.instructions;
    constexpr std::uint32_t instruction_bytes = 2;
    PythonCall call{std::move(*function), std::move(*file), 0};
    if (instruction < begin) return call;
    const auto first_line = at<std::int32_t>(code + layout_.first_line);
    call.line = line_in_table(bytes(word(code + line_table)), first_line, (instruction - begin) / instruction_bytes)
                    .value_or(first_line);
    return call;
  }

  const Layout& layout_;
  const ReadMemory& read_;
};

}  // namespace

std::optional<std::int64_t> line_in_table(const std::string& table, std::int64_t first_line,
                                          std::uint64_t instruction) {
  std::size_t at = 0;
  const auto next = [&] { return static_cast<unsigned char>(table[at++]); };
  const auto varint = [&] {
    std::uint64_t number = 0;
    for (unsigned shift = 0; at < table.size() && shift < 36; shift += 6) {
      const auto byte = next();
      number |= static_cast<std::uint64_t>(byte & 0x3f) << shift;
      if ((byte & 0x40) == 0) break;
    }
    return number;
  };
  const auto signed_varint = [&] {
    const auto number = varint();
    const auto half = static_cast<std::int64_t>(number >> 1);
    return (number & 1) != 0 ? -half : half;
  };
  std::int64_t line = first_line;
  std::uint64_t begins = 0;
  while (at < table.size()) {
    const auto head = next();
    const unsigned kind = head >> 3 & 0x0f, length = (head & 7U) + 1;
    constexpr unsigned first_of_one_line = 10, without_column = 13, with_all = 14, without_place = 15;
    if (kind < first_of_one_line) {
      at += 1;
    } else if (kind < without_column) {
      line += kind - first_of_one_line;
      at += 2;
    } else if (kind != without_place) {
      line += signed_varint();
      if (kind == with_all)
        for (int other = 0; other < 3; ++other) varint();
    }
    begins += length;
    if (instruction < begins) return kind == without_place ? std::nullopt : std::optional(line);
  }
  return std::nullopt;
}

std::vector<PythonCall> read_python_calls(std::uint64_t runtime, std::uint32_t release, std::uint32_t thread,
                                          const ReadMemory& read) {
  const auto layout = layout_of(release);
  if (!layout) return {};
  Reader reader(*layout, read);
  const auto frame = reader.frame_of(runtime, thread);
  auto calls = reader.calls_from(frame);
  if (reader.frame_of(runtime, thread) != frame) return {};  // it has gone on
  return calls;
}

}  // namespace sockwarden
