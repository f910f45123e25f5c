#include "agent/model/rows.h"

namespace sockwarden {
namespace {

/// Rows by raw number in all; programs that try every number share the last one.
constexpr std::size_t max_options = 65'536;

class OptionSums {
 public:
  explicit OptionSums(Model::Memory& memory) : memory_(memory) {}

  void add(OptionKey key, std::uint64_t count, bool retired) {
    if (count == 0) return;
    if (!memory_.options.contains(key) && memory_.options.size() >= max_options)
      key = {key.identity, named_option_level, SW_OPTION_OTHER};
    if (retired) {
      memory_.options[key].gone += count;
    } else {
      present_[key] += count;
    }
  }

  void publish() {
    for (const auto& [key, count] : present_) memory_.options.try_emplace(key);
    for (auto& [key, carried] : memory_.options) {
      const auto found = present_.find(key);
      const std::uint64_t present = found == present_.end() ? 0 : found->second;
      carried.published = std::max(carried.published, carried.gone + present);
    }
  }

 private:
  Model::Memory& memory_;
  std::map<OptionKey, std::uint64_t> present_;
};

std::string text_of(const OptionKey& key) {
  if (key.level == named_option_level) return name_of_option(static_cast<std::uint8_t>(key.name));
  return std::to_string(key.level) + "/" + std::to_string(key.name);
}

}  // namespace

void build_option_rows(RowContext& context) {
  OptionSums sums(context.memory);
  std::unordered_map<std::uint32_t, const ProcessSample*> by_serial;
  std::unordered_map<std::uint32_t, std::uint64_t> numbered;
  for (const ProcessSample& process : context.sample.processes) by_serial[process.process.serial] = &process;
  for (const OptionSample& option : context.sample.other_options) {
    const auto process = by_serial.find(option.key.process);
    const std::optional<std::uint32_t> identity = context.identities.of_process(option.key.process);
    if (process == by_serial.end() || !identity) continue;
    sums.add({*identity, option.key.level, option.key.name}, option.count, process->second->retired);
    numbered[option.key.process] += option.count;
  }
  for (const auto& [serial, process] : by_serial) {
    const std::optional<std::uint32_t> identity = context.identities.of_process(serial);
    if (!identity) continue;
    for (std::uint32_t option = 0; option < SW_OPTION_COUNT; ++option) {
      std::uint64_t count = process->process.setsockopt[option];
      // Those that the table had room for have rows by number; only the rest is nameless.
      if (option == SW_OPTION_OTHER) count -= std::min(count, numbered[serial]);
      sums.add({*identity, named_option_level, option}, count, process->retired);
    }
  }
  sums.publish();
  const auto names = context.identities.names();
  for (const auto& [key, carried] : context.memory.options)
    context.model.option_rows.push_back({*names.at(key.identity), text_of(key), carried.published});
}

}  // namespace sockwarden
