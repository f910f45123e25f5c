#include "agent/runtimes/go_functions.h"

#include <cstddef>

namespace sockwarden {
namespace {

constexpr std::uint32_t none = 0xffffffff;
constexpr std::size_t longest_name = 512, most_steps = 100'000, most_inlined = 64;
// Offsets in runtime._func.
constexpr std::uint32_t name_at = 4, file_table_at = 20, line_table_at = 24, value_tables_at = 28, unit_at = 32;
constexpr std::uint32_t inline_table = 2, inline_tree = 3;  // PCDATA_InlTreeIndex, FUNCDATA_InlTree

}  // namespace

const std::optional<GoFunctions::Tables>& GoFunctions::tables() {
  if (read_) return tables_;
  read_ = true;
  constexpr std::uint64_t most_functions = 8 << 20;
  struct {
    std::uint64_t magic = 0, functions = 0, files = 0, text = 0;
    std::uint64_t name_text = 0, units = 0, file_text = 0, values = 0, table = 0;
  } header;
  if (!memory_.copy(module_.names, &header, sizeof(header)) || header.functions > most_functions) return tables_;
  const auto from = [&](std::uint64_t offset) { return module_.names + offset; };
  tables_ = Tables{from(header.table), header.functions,       from(header.name_text),
                   from(header.units), from(header.file_text), from(header.values)};
  return tables_;
}

std::optional<GoFunctions::Function> GoFunctions::function_of(std::uint64_t address) {
  if (!tables() || address < module_.text || address >= module_.text_end) return std::nullopt;
  const auto wanted = static_cast<std::uint32_t>(address - module_.text);
  struct Entry {
    std::uint32_t begin = 0, table = 0;
  };
  std::uint64_t low = 0, high = tables_->count;  // the entry looked for is in [low, high)
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    const auto entry = memory_.at<Entry>(tables_->functions + middle * sizeof(Entry));
    if (!entry) return std::nullopt;
    (entry->begin <= wanted ? low : high) = middle;
  }
  const auto entry = memory_.at<Entry>(tables_->functions + low * sizeof(Entry));
  if (!entry || entry->begin > wanted) return std::nullopt;
  return Function{module_.text + entry->begin, tables_->functions + entry->table};
}

std::uint32_t GoFunctions::field(const Function& function, std::uint32_t offset) {
  return memory_.at<std::uint32_t>(function.table + offset).value_or(0);
}

// Pairs of a difference of the value and a difference of the address, each a varint, until the first is 0.
std::optional<std::int64_t> GoFunctions::value_at(std::uint32_t table, const Function& function,
                                                  std::uint64_t address) {
  if (table == 0) return std::nullopt;
  std::uint64_t at = tables_->lines + table, code = function.begin;
  std::int64_t value = -1;
  const auto varint = [&]() -> std::optional<std::uint32_t> {
    std::uint32_t number = 0;
    for (unsigned shift = 0; shift < 32; shift += 7) {
      const auto byte = memory_.at<std::uint8_t>(at++);
      if (!byte) return std::nullopt;
      number |= static_cast<std::uint32_t>(*byte & 0x7f) << shift;
      if ((*byte & 0x80) == 0) return number;
    }
    return std::nullopt;
  };
  for (std::size_t step = 0; step < most_steps; ++step) {
    const auto change = varint();
    if (!change || (*change == 0 && step != 0)) return std::nullopt;
    const auto length = varint();
    if (!length) return std::nullopt;
    const auto half = static_cast<std::int64_t>(*change >> 1);
    value += (*change & 1) != 0 ? -half - 1 : half;
    code += *length;  // the least length of an instruction is 1 on x86-64
    if (address < code) return value;
  }
  return std::nullopt;
}

std::string GoFunctions::name(std::uint32_t offset) { return memory_.text(tables_->name_text + offset, longest_name); }

void GoFunctions::set_place(GoCall& call, const Function& function, std::uint64_t address) {
  call.line = value_at(field(function, line_table_at), function, address).value_or(0);
  const auto file = value_at(field(function, file_table_at), function, address);
  const auto unit = field(function, unit_at);
  if (!file || *file < 0 || unit == none) return;
  const auto entry = tables_->units + (unit + static_cast<std::uint64_t>(*file)) * sizeof(std::uint32_t);
  const auto offset = memory_.at<std::uint32_t>(entry);
  if (offset && *offset != none) call.file = memory_.text(tables_->files + *offset, longest_name);
}

/// Address of the tree; 0 = nothing was inlined.
std::uint64_t GoFunctions::inlined_calls(const Function& function) {
  const auto value_tables = field(function, value_tables_at);
  const auto trees = memory_.at<std::uint8_t>(function.table + fixed_bytes() - 1).value_or(0);
  if (value_tables <= inline_table || value_tables > 64 || trees <= inline_tree) return 0;
  const auto offset = field(function, fixed_bytes() + (value_tables + inline_tree) * 4);
  return offset == none ? 0 : module_.inlines + offset;
}

std::vector<GoCall> GoFunctions::at(std::uint64_t return_address) {
  std::uint64_t address = return_address - 1;
  const auto function = function_of(address);
  if (!function) return {};
  std::vector<GoCall> calls;
  const auto tree = inlined_calls(*function);
  // Offsets in runtime.inlinedCall.
  const std::uint32_t bytes = module_.minor < 20 ? 20 : 16;
  const std::uint32_t called_name_at = module_.minor < 20 ? 12 : 4, parent_at = module_.minor < 20 ? 16 : 8;
  while (tree != 0 && calls.size() < most_inlined) {
    const auto index = value_at(field(*function, fixed_bytes() + inline_table * 4), *function, address);
    if (!index || *index < 0) break;
    const auto call = tree + static_cast<std::uint64_t>(*index) * bytes;
    const auto called = memory_.at<std::uint32_t>(call + called_name_at);
    const auto parent = memory_.at<std::int32_t>(call + parent_at);
    if (!called || !parent || *parent < 0) break;
    GoCall& inlined = calls.emplace_back();
    inlined.function = name(*called);
    set_place(inlined, *function, address);
    address = function->begin + static_cast<std::uint64_t>(*parent);
  }
  GoCall& outer = calls.emplace_back();
  outer.function = name(field(*function, name_at));
  set_place(outer, *function, address);
  return calls;
}

}  // namespace sockwarden
