#include "agent/kernel/map_fills.h"

#include <bpf/libbpf.h>

#include <cstdlib>
#include <string_view>

#include "agent/proc/file_text.h"

namespace sockwarden {
namespace {

/// What the kernel takes for a record in a socket's storage: the element in its slab of 1 KiB, and the socket's list of
/// elements (include/linux/bpf_local_storage.h). It is charged to the agent, and told nowhere.
constexpr std::uint64_t bytes_of_stored_record = 1024 + 256;

std::uint64_t memory_of(const bpf_map* map) {
  return memory_in(read_text("/proc/self/fdinfo/" + std::to_string(bpf_map__fd(map))).value_or(""));
}

}  // namespace

std::uint64_t memory_in(const std::string& fdinfo) {
  constexpr std::string_view name = "memlock:\t";
  const auto found = fdinfo.find(name);
  return found == std::string::npos ? 0 : std::strtoull(fdinfo.c_str() + found + name.size(), nullptr, 10);
}

std::vector<TableFill> map_fills(const Object& object, const std::map<std::string, std::uint64_t>& entries) {
  std::vector<TableFill> fills;
  const bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object.skeleton->obj) {
    if (bpf_map__fd(map) < 0 || bpf_map__is_internal(map)) continue;
    const auto& maps = object.skeleton->maps;
    const bool is_records = map == (object.choice.socket_storage ? maps.socket_records : maps.hashed_records);
    TableFill fill{.name = is_records ? "records" : bpf_map__name(map),
                   .entries = {},
                   .capacity = bpf_map__max_entries(map),
                   .bytes = 0};
    if (const auto counted = entries.find(fill.name); counted != entries.end()) fill.entries = counted->second;
    fill.bytes = memory_of(map);
    if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF) fill.capacity.reset();  // it is in bytes
    if (bpf_map__type(map) == BPF_MAP_TYPE_SK_STORAGE) {
      fill.capacity.reset();
      fill.bytes += fill.entries.value_or(0) * bytes_of_stored_record;
    }
    fills.push_back(std::move(fill));
  }
  return fills;
}

}  // namespace sockwarden
