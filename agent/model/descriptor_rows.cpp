#include "agent/model/rows.h"

namespace sockwarden {

void build_descriptor_rows(RowContext& context) {
  for (const auto& [pid, counts] : context.sample.descriptors) {
    const Process* process = context.model.process_of_pid(pid);
    if (process == nullptr) continue;
    DescriptorRow row;
    row.identity = process->identity;
    row.pid = pid;
    std::copy(std::begin(counts.count), std::end(counts.count), row.count.begin());
    row.limit = process->facts.descriptor_limit;
    context.model.descriptor_rows.push_back(std::move(row));
  }
  std::sort(context.model.descriptor_rows.begin(), context.model.descriptor_rows.end(),
            [](const DescriptorRow& a, const DescriptorRow& b) { return a.pid < b.pid; });
}

}  // namespace sockwarden
