// Reading the kernel's hash tables whole.
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "agent/contract/error.h"

namespace sockwarden {

/// Every entry, in batches (5.6+). An entry that comes or goes meanwhile may be missed; the next scan has it.
template <typename Key, typename Value>
[[nodiscard]] tl::expected<std::vector<std::pair<Key, Value>>, Error> read_table(const bpf_map* map) {
  constexpr std::uint32_t batch = 512;
  const int fd = bpf_map__fd(map);
  std::vector<std::pair<Key, Value>> entries;
  std::vector<Key> keys(batch);
  std::vector<Value> values(batch);
  std::uint64_t position[4] = {};  // an opaque cursor of at least the key's size (or 4 bytes)
  static_assert(sizeof(Key) <= sizeof(position));
  bool first = true;
  while (true) {
    auto count = static_cast<std::uint32_t>(keys.size());
    std::uint64_t next[4] = {};
    const int result =
        bpf_map_lookup_batch(fd, first ? nullptr : position, next, keys.data(), values.data(), &count, nullptr);
    const int code = result == 0 ? 0 : errno;
    if (code == ENOSPC && keys.size() <= bpf_map__max_entries(map)) {  // a bucket with more than a batch
      keys.resize(keys.size() * 2);
      values.resize(keys.size());
      continue;
    }
    if (code != 0 && code != ENOENT) return tl::unexpected(Error{"read the table", bpf_map__name(map), code, ""});
    for (std::uint32_t i = 0; i < count; ++i) entries.emplace_back(keys[i], values[i]);
    if (code == ENOENT) return entries;
    std::copy(std::begin(next), std::end(next), std::begin(position));
    first = false;
  }
}

}  // namespace sockwarden
