// The memory of a Go program as its runtime's structures are read: in pages, each read once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "agent/proc/system_call.h"

namespace sockwarden {

class GoMemory {
 public:
  explicit GoMemory(ReadMemory read) : read_(std::move(read)) {}

  /// Nothing where it is not mapped, or where more was asked than is read of one process.
  template <typename Value>
  [[nodiscard]] std::optional<Value> at(std::uint64_t address) {
    Value value{};
    return copy(address, &value, sizeof(value)) ? std::optional(value) : std::nullopt;
  }

  /// A text that ends with NUL, cut after `most` bytes.
  [[nodiscard]] std::string text(std::uint64_t address, std::size_t most);

  [[nodiscard]] bool copy(std::uint64_t address, void* to, std::size_t bytes);

  /// As it is now, not as it was read before.
  [[nodiscard]] bool copy_fresh(std::uint64_t address, void* to, std::size_t bytes) const {
    return read_(address, to, bytes);
  }

 private:
  static constexpr std::size_t page_bytes = 4096, most_pages = 4096;
  static constexpr std::size_t most_copies = 20'000'000;  ///< tables may lead in circles
  using Page = std::array<char, page_bytes>;
  const Page* page(std::uint64_t number);

  ReadMemory read_;
  std::size_t copies_ = 0;
  std::unordered_map<std::uint64_t, std::optional<Page>> pages_;  ///< nothing = not mapped
};

}  // namespace sockwarden
