#include "agent/runtimes/jar_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

namespace sockwarden {
namespace {

constexpr std::size_t end_record_bytes = 22;  // its comment may follow, of 64 KiB at the most
constexpr std::size_t longest_end = end_record_bytes + 0xffff;
constexpr std::size_t largest_directory = 16 << 20;
constexpr std::string_view end_mark = "PK\5\6";

std::string read_at(int file, std::uint64_t offset, std::size_t bytes) {
  std::string contents(bytes, '\0');
  const auto got = ::pread(file, contents.data(), bytes, static_cast<off_t>(offset));
  contents.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return contents;
}

std::uint32_t number_at(std::string_view text, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(&number, text.data() + at, sizeof number);
  return number;
}

}  // namespace

bool jar_holds(const OwnedFd& file, std::string_view entry) {
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const auto tail_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(size, longest_end));
  const std::string tail = read_at(file.get(), size - tail_bytes, tail_bytes);
  const auto end = tail.rfind(end_mark);
  if (end == tail.npos || end + end_record_bytes > tail.size()) return false;
  constexpr std::size_t bytes_at = 12, offset_at = 16;
  const std::uint32_t bytes = number_at(tail, end + bytes_at), offset = number_at(tail, end + offset_at);
  if (bytes > largest_directory) return false;
  return read_at(file.get(), offset, bytes).find(entry) != std::string::npos;
}

}  // namespace sockwarden
