#include "agent/runtimes/go_memory.h"

#include <algorithm>

namespace sockwarden {

const GoMemory::Page* GoMemory::page(std::uint64_t number) {
  const auto known = pages_.find(number);
  if (known != pages_.end()) return known->second ? &*known->second : nullptr;
  if (pages_.size() >= most_pages) return nullptr;
  auto& page = pages_[number];
  page.emplace();
  if (!read_(number * page_bytes, page->data(), page_bytes)) page.reset();
  return page ? &*page : nullptr;
}

bool GoMemory::copy(std::uint64_t address, void* to, std::size_t bytes) {
  if (++copies_ > most_copies) return false;
  char* out = static_cast<char*>(to);
  while (bytes > 0) {
    const std::size_t offset = address % page_bytes, part = std::min(bytes, page_bytes - offset);
    const Page* from = page(address / page_bytes);
    if (from == nullptr) return false;
    std::memcpy(out, from->data() + offset, part);
    address += part;
    out += part;
    bytes -= part;
  }
  return true;
}

std::string GoMemory::text(std::uint64_t address, std::size_t most) {
  std::string text;
  for (; text.size() < most; ++address) {
    const auto letter = at<char>(address);
    if (!letter || *letter == '\0') break;
    text += *letter;
  }
  return text;
}

}  // namespace sockwarden
