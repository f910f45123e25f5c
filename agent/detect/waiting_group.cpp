#include "agent/detect/waiting_group.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>

#include "agent/detect/wait.h"

namespace sockwarden {
namespace {

bool is_stronger(const Accused& left, const Accused& right) {
  return std::pair(left.confidence == Confidence::proven, left.waited) >
         std::pair(right.confidence == Confidence::proven, right.waited);
}

/// Where the tasks stand that wait, the most frequent first; nothing unless it is known of all of them.
std::vector<OriginStack> stands_of(const std::vector<Accused>& group) {
  constexpr std::size_t most_stands = 8;
  std::map<std::vector<std::string>, std::uint64_t> counts;
  for (const Accused& accused : group) {
    if (accused.evidence == nullptr || accused.evidence->frames.empty()) return {};
    ++counts[accused.evidence->frames];
  }
  std::vector<OriginStack> stands;
  for (const auto& [frames, count] : counts) stands.push_back({count, frames});
  std::sort(stands.begin(), stands.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  if (stands.size() > most_stands) stands.resize(most_stands);
  return stands;
}

}  // namespace

std::string seconds_text(std::chrono::nanoseconds duration) {
  std::array<char, 32> text{};
  const double seconds = std::chrono::duration<double>(duration).count();
  std::snprintf(text.data(), text.size(), seconds < 10 ? "%.2g s" : "%.0f s", seconds);
  return text.data();
}

std::string counted(std::uint64_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

Finding finding_of(const std::vector<Accused>& group) {
  const auto strongest =
      std::max_element(group.begin(), group.end(), [](const auto& a, const auto& b) { return is_stronger(b, a); });
  const Connection& connection = *strongest->connection;
  Finding finding;
  finding.confidence = strongest->confidence;
  finding.process = connection.process;
  finding.role = connection.role;
  finding.protocol = connection.protocol;
  (connection.role == Role::client ? finding.remote : finding.local) = endpoint_of(connection);
  finding.count = group.size();
  for (const Accused& accused : group) {
    finding.subjects.push_back(accused.connection->id);
    if (const auto stack = accused.connection->stack_id; stack != 0) finding.stack_ids.push_back(stack);
  }
  finding.origin = stands_of(group);
  if (strongest->evidence != nullptr) {
    finding.evidence = strongest->evidence->facts;
    std::string notes;
    for (const std::string& note : strongest->evidence->notes) notes += (notes.empty() ? "" : " ") + note;
    if (!notes.empty()) finding.evidence["notes"] = notes;
  }
  finding.evidence.insert(strongest->facts.begin(), strongest->facts.end());
  finding.evidence["waited_seconds"] = std::chrono::duration<double>(strongest->waited).count();
  return finding;
}

}  // namespace sockwarden
