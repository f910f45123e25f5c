// An ELF file as it is opened to be read: never mapped, since a file that is cut while it is mapped ends the reader,
// and with bounds on what reading it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "agent/proc/file_text.h"

struct Elf;

namespace sockwarden {

class ObjectImage {
 public:
  /// Nothing where it is no ELF file, or where its symbols alone are more than is read.
  [[nodiscard]] static std::optional<ObjectImage> open(OwnedFd file);

  [[nodiscard]] Elf* elf() const { return elf_.get(); }

  /// Bytes of the file, as many as there are.
  [[nodiscard]] std::string read(std::uint64_t offset, std::size_t bytes) const;

  /// Whether its debug information may be read: what it takes, unpacked, is bounded, and no part of it is in another
  /// file, which libdw would open by a name that this one gives.
  [[nodiscard]] bool has_readable_debug() const { return readable_debug_; }

  /// Hands both over: libdwfl ends the one and closes the other itself.
  struct Parts {
    int fd = -1;
    Elf* elf = nullptr;
  };
  [[nodiscard]] Parts release() &&;

 private:
  struct End {
    void operator()(Elf* elf) const;
  };
  ObjectImage(OwnedFd file, Elf* elf) : file_(std::move(file)), elf_(elf) {}

  OwnedFd file_;
  std::unique_ptr<Elf, End> elf_;
  bool readable_debug_ = false;
};

}  // namespace sockwarden
