#include "agent/proc/file_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>

namespace sockwarden {

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<std::string> read_text_at(int directory, const char* path, std::size_t limit) {
  const OwnedFd file(::openat(directory, path, O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string text;
  std::array<char, 8192> piece{};
  while (text.size() < limit) {
    const ssize_t got = ::read(file.get(), piece.data(), std::min(piece.size(), limit - text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::optional<std::string> read_text(const std::string& path, std::size_t limit) {
  return read_text_at(AT_FDCWD, path.c_str(), limit);
}

std::string read_link_at(int directory, const char* path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlinkat(directory, path, target.data(), target.size());
  return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : std::string();
}

}  // namespace sockwarden
