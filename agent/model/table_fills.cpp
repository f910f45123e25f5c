#include "agent/model/table_fills.h"

#include "agent/model/memory.h"

namespace sockwarden {
namespace {

/// Of an element of a std::map, beside its value.
constexpr std::size_t node = 4 * sizeof(void*);

template <class Map>
std::uint64_t bytes_of_map(const Map& map) {
  return map.size() * (sizeof(typename Map::value_type) + node);
}

}  // namespace

std::vector<TableFill> tables_of(const Model& model) {
  const Model::Memory& memory = *model.memory;
  std::uint64_t processes = 0;
  for (const auto& [serial, process] : model.processes) processes += node + bytes_of(process);
  const std::uint64_t connections = model.connections.capacity() + model.closed.capacity();
  const std::uint64_t rows =
      model.process_rows.capacity() * sizeof(ProcessRow) + model.endpoint_rows.capacity() * sizeof(EndpointRow) +
      model.option_rows.capacity() * sizeof(OptionRow) + model.descriptor_rows.capacity() * sizeof(DescriptorRow);
  return {{"connections", model.connections.size(), {}, connections * sizeof(Connection)},
          {"model_processes", model.processes.size(), {}, processes},
          {"rows", model.process_rows.size() + model.endpoint_rows.size() + model.option_rows.size(), {}, rows},
          {"identities",
           memory.identities.size(),
           {},
           bytes_of_map(memory.identities) + bytes_of_map(memory.roles) + bytes_of_map(memory.options)},
          {"named_endpoints", memory.endpoints.size(), {}, bytes_of_map(memory.endpoints)},
          {"folded_endpoints",
           memory.folded.size() + memory.unattributed.size(),
           {},
           memory.folded.size() * (sizeof(EndpointKey) + node) + bytes_of_map(memory.unattributed)}};
}

}  // namespace sockwarden
