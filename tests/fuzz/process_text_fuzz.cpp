// The texts of /proc that a process has a hand in: its maps, its descriptors, its system calls with the memory that
// they point to. Input: the text, which is the memory, too.
//
// Built with: agent/proc/mapped_file.cpp agent/proc/descriptor_text.cpp agent/proc/system_call.cpp
#include <cstdint>
#include <string_view>

#include "agent/proc/descriptor_text.h"
#include "agent/proc/mapped_file.h"
#include "agent/proc/system_call.h"

using namespace sockwarden;

namespace {

void interpret_call(std::string_view text) {
  constexpr std::size_t most = 4096;
  std::size_t room = most;
  const auto call = parse_system_call(text.substr(0, text.find('\n')));
  if (!call) return;
  const ReadMemory memory = [&](std::uint64_t address, void* to, std::size_t bytes) {
    if (address % 3 == 0) return false;
    for (std::size_t at = 0; at < bytes; ++at) static_cast<char*>(to)[at] = text[(address + at) % text.size()];
    return true;
  };
  const ThreadWait wait = interpret(*call, memory, room);
  if (room > most || wait.limit.length.count() < 0) __builtin_trap();
  // A set takes an entry of the room for each of its own; that of select for each word of bits, but for the last.
  if (wait.fds.size() > (most - room + 1) * 64) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const MappedObject& object : mapped_objects(text)) {
    if (!object.path.starts_with('/') || !object.code) __builtin_trap();
  }
  static_cast<void>(files_with_code(text));
  if (const auto file = find_mapped_file(text, 0x7f0000001000); file && file->path.empty()) __builtin_trap();
  if (parse_descriptor(text).watched.size() > size) __builtin_trap();
  static_cast<void>(parse_target(text));
  if (!text.empty()) interpret_call(text);
  return 0;
}
