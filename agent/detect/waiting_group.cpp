#include "agent/detect/waiting_group.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "agent/detect/wait.h"

namespace sockwarden {
namespace {

bool is_stronger(const Accused& left, const Accused& right) {
  return std::pair(left.confidence == Confidence::proven, left.waited) >
         std::pair(right.confidence == Confidence::proven, right.waited);
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
