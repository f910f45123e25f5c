// Small files of /proc, whole or up to a limit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace sockwarden {

/// A descriptor that closes itself.
class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  ~OwnedFd();
  [[nodiscard]] int get() const { return fd_; }
  /// Whoever takes it closes it.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// The first `limit` bytes of the file, or nothing where it cannot be opened or read; errno says why.
[[nodiscard]] std::optional<std::string> read_text_at(int directory, const char* path, std::size_t limit = 1 << 20);
[[nodiscard]] std::optional<std::string> read_text(const std::string& path, std::size_t limit = 1 << 20);

/// Where a symbolic link points to; empty if it cannot be read.
[[nodiscard]] std::string read_link_at(int directory, const char* path);

}  // namespace sockwarden
