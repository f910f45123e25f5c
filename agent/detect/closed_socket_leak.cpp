// TCP sockets that are no connections, or no longer: a part of connection-leak.
#include <algorithm>
#include <map>
#include <utility>

#include "agent/detect/descriptor_leak.h"
#include "agent/detect/pool_finding.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

struct ClosedSockets {
  std::vector<std::uint64_t> files;
  std::uint64_t never_connected = 0, disconnected = 0;
  Instant first{}, last{};

  void add(const DescriptorGrowth& growth) {
    const Gathered& some = growth.forgotten;
    first = files.empty() ? some.first : std::min(first, some.first);
    last = std::max(last, some.last);
    files.insert(files.end(), some.files.begin(), some.files.end());
    (growth.closed_tcp == ClosedTcp::connected ? disconnected : never_connected) += some.files.size();
  }
};

std::string history_of(const ClosedSockets& sockets) {
  if (sockets.disconnected == 0) return "were made and never connected";
  const std::string ended = "lost their connection (reset by the peer, or timed out)";
  if (sockets.never_connected == 0) return ended;
  return "are no connections: " + std::to_string(sockets.disconnected) + " " + ended + ", " +
         std::to_string(sockets.never_connected) + " were never connected";
}

Finding finding_of(std::uint32_t process, ClosedSockets sockets) {
  Finding finding;
  finding.class_name = "connection-leak";
  finding.process = process;
  finding.count = sockets.files.size();
  finding.subjects = std::move(sockets.files);
  finding.evidence["never_connected"] = static_cast<std::int64_t>(sockets.never_connected);
  finding.evidence["disconnected"] = static_cast<std::int64_t>(sockets.disconnected);
  finding.evidence["growing_for_seconds"] = seconds_of(sockets.last - sockets.first);
  finding.summary = counted(finding.count, "TCP socket") + " " + history_of(sockets) + ", within " +
                    seconds_text(sockets.last - sockets.first) + ", and are not closed.";
  finding.fix_for = {sockets.disconnected == 0 ? "never-connected" : "disconnected"};
  return finding;
}

}  // namespace

std::vector<Finding> closed_socket_leaks(const DetectionContext& context) {
  std::map<std::uint32_t, ClosedSockets> by_process;
  for (const DescriptorLeak& leak : piled_up_closed_sockets(context)) by_process[leak.process->serial].add(leak.growth);
  std::vector<Finding> findings;
  for (auto& [process, sockets] : by_process) findings.push_back(finding_of(process, std::move(sockets)));
  return findings;
}

}  // namespace sockwarden
