#include <algorithm>
#include <array>
#include <utility>

#include "agent/detect/descriptor_leak.h"
#include "agent/detect/detectors.h"
#include "agent/detect/held_connection.h"
#include "agent/detect/pool_finding.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

struct Tally {
  std::array<std::int64_t, 4> by_reason{};
  std::chrono::nanoseconds longest{};
  std::int64_t unread_bytes = 0;
  [[nodiscard]] std::int64_t of(Holding why) const { return by_reason[static_cast<std::size_t>(why)]; }
};

Tally tally_of(const std::vector<HeldConnection>& held) {
  Tally tally;
  for (const HeldConnection& one : held) {
    ++tally.by_reason[static_cast<std::size_t>(one.why)];
    tally.longest = std::max(tally.longest, one.disused);
    tally.unread_bytes += one.connection->unread_bytes;
  }
  return tally;
}

std::string reason_text(const Tally& tally) {
  std::string text;
  const auto add = [&](Holding why, const std::string& words) {
    if (tally.of(why) == 0) return;
    text += (text.empty() ? "" : ", ") + std::to_string(tally.of(why)) + " " + words;
  };
  add(Holding::close_wait, "closed by the peer and not by the program");
  add(Holding::unread, "with a response that is not read");
  add(Holding::transaction, "idle in a transaction that is not ended");
  add(Holding::forgotten, "answered and not used again, while more and more were opened instead");
  return text;
}

std::vector<std::string> fix_for(const Tally& tally, bool database) {
  if (tally.of(Holding::close_wait) != 0) return {"close-wait"};
  if (database) return {"database"};
  return {};
}

Finding finding_of(const HeldKey& key, const std::vector<HeldConnection>& held) {
  const auto& [process, role, endpoint] = key;
  const Tally tally = tally_of(held);
  Finding finding;
  finding.class_name = "connection-leak";
  finding.process = process;
  finding.role = role;
  finding.protocol = held.front().connection->protocol;
  (role == Role::server ? finding.local : finding.remote) = endpoint;
  finding.count = held.size();
  for (const HeldConnection& one : held) {
    finding.subjects.push_back(one.connection->id);
    if (one.connection->stack_id != 0) finding.stack_ids.push_back(one.connection->stack_id);
  }
  const auto proven = tally.of(Holding::close_wait) + tally.of(Holding::transaction);
  finding.confidence = proven == static_cast<std::int64_t>(held.size()) ? Confidence::proven : Confidence::likely;
  finding.evidence["longest_disuse_seconds"] = seconds_of(tally.longest);
  finding.evidence["close_wait"] = tally.of(Holding::close_wait);
  finding.evidence["unread"] = tally.of(Holding::unread);
  finding.evidence["unread_bytes"] = tally.unread_bytes;
  finding.evidence["in_transaction"] = tally.of(Holding::transaction);
  finding.evidence["forgotten"] = tally.of(Holding::forgotten);
  finding.summary = counted(finding.count, "connection") + (role == Role::server ? " accepted at " : " to ") +
                    endpoint + (finding.count == 1 ? " is" : " are") + " held and not used, for up to " +
                    seconds_text(tally.longest) + ": " + reason_text(tally) + ".";
  finding.fix_for = fix_for(tally, is_sql(finding.protocol));
  return finding;
}

}  // namespace

DetectorResult connection_leak(const DetectionContext& context) {
  DetectorResult result;
  for (const auto& [key, held] : held_connections(context)) {
    const Process* process = context.model.process_of_serial(std::get<0>(key));
    if (held.size() >= context.thresholds(*process, std::get<2>(key)).leak_count)
      result.findings.push_back(finding_of(key, held));
  }
  for (Finding& finding : closed_socket_leaks(context)) result.findings.push_back(std::move(finding));
  return result;
}

}  // namespace sockwarden
