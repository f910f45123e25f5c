#include "agent/proc/descriptor_text.h"

#include <algorithm>
#include <charconv>

namespace sockwarden {
namespace {

std::optional<std::uint64_t> number_after(std::string_view line, std::string_view name, int base) {
  const auto begin = line.find(name);
  if (begin == line.npos) return std::nullopt;
  line.remove_prefix(begin + name.size());
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  std::uint64_t value = 0;
  if (std::from_chars(line.data(), line.data() + line.size(), value, base).ec != std::errc{}) return std::nullopt;
  return value;
}

}  // namespace

DescriptorText parse_descriptor(std::string_view text) {
  DescriptorText descriptor;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with("flags:")) {
      descriptor.open_flags = static_cast<std::uint32_t>(number_after(line, "flags:", 8).value_or(0));
    } else if (line.starts_with("tfd:")) {
      EpollEntry entry;
      entry.fd = static_cast<std::uint32_t>(number_after(line, "tfd:", 10).value_or(0));
      entry.data = number_after(line, "data:", 16).value_or(0);
      entry.inode = number_after(line, " ino:", 16).value_or(0);
      descriptor.watched.push_back(entry);
    } else if (line.starts_with("it_value:")) {
      descriptor.timer = true;
      descriptor.armed = line.find("(0, 0)") == line.npos;
    }
  }
  return descriptor;
}

DescriptorTarget parse_target(std::string_view link) {
  using Kind = DescriptorTarget::Kind;
  if (const auto inode = number_after(link, "socket:[", 10); inode && link.starts_with('s')) {
    return {Kind::socket, *inode};
  }
  if (const auto inode = number_after(link, "pipe:[", 10); inode && link.starts_with('p')) return {Kind::pipe, *inode};
  if (link == "anon_inode:[eventpoll]") return {Kind::epoll};
  if (link == "anon_inode:[timerfd]") return {Kind::timerfd};
  if (link == "anon_inode:[eventfd]") return {Kind::eventfd};
  if (link == "anon_inode:[io_uring]") return {Kind::io_uring};
  return {};
}

}  // namespace sockwarden
