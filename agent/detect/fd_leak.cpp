#include <cmath>

#include "agent/detect/descriptor_leak.h"
#include "agent/detect/detectors.h"
#include "agent/detect/pool_finding.h"
#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

/// 1024 as "1,024".
std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string rough_time(double seconds) {
  const auto amount = [](double value, const std::string& unit) {
    const auto whole = static_cast<std::uint64_t>(std::llround(value));
    return std::to_string(whole) + " " + unit + (whole == 1 ? "" : "s");
  };
  if (seconds < 120) return amount(seconds, "second");
  if (seconds < 7200) return amount(seconds / 60, "minute");
  if (seconds < 172800) return amount(seconds / 3600, "hour");
  return amount(seconds / 86400, "day");
}

Finding finding_of(const DescriptorLeak& leak, Instant now, std::chrono::nanoseconds age) {
  const DescriptorGrowth& growth = leak.growth;
  const std::string type = name_of_descriptor(growth.type);
  Finding finding;
  finding.class_name = "fd-leak";
  finding.qualifier_name = "type";
  finding.qualifier = type;
  finding.process = leak.process->serial;
  finding.count = growth.files.size();
  finding.subjects = growth.files;
  const double span = std::max(seconds_of(growth.last - growth.first), 1.0);
  const double rate = static_cast<double>(growth.files.size()) / span;
  finding.evidence["unused"] = static_cast<std::int64_t>(growth.files.size());
  finding.evidence["descriptors"] = static_cast<std::int64_t>(growth.in_all);
  finding.evidence["growth_per_second"] = rate;
  finding.evidence["growing_for_seconds"] = seconds_of(growth.last - growth.first);
  finding.summary = counted(finding.count, type + " descriptor") + " came within " +
                    rough_time(seconds_of(growth.last - growth.first)) +
                    (growth.type == SW_DESCRIPTOR_FILE ? ", stay open and are not used again" : " and stay open");
  if (growth.limit && *growth.limit > growth.in_all) {
    const double left = static_cast<double>(*growth.limit - growth.in_all) / rate;
    const bool grows = now - growth.last <= age * 2;
    finding.evidence["limit"] = static_cast<std::int64_t>(*growth.limit);
    finding.evidence["headroom"] = static_cast<std::int64_t>(*growth.limit - growth.in_all);
    if (grows) {
      finding.evidence["limit_reached_in_seconds"] = left;
      finding.summary += "; the process reaches its limit of " + grouped(*growth.limit) + " in " + rough_time(left);
      if (left < 3600) finding.severity = Severity::critical;
    } else {
      finding.summary += "; its limit is " + grouped(*growth.limit);
    }
  }
  finding.summary += ".";
  finding.advice = "Close each " + type +
                   " when it is done with, on error paths too: defer f.Close() in Go, with in Python, "
                   "try-with-resources in Java, a handle type with a destructor in C++, finally in Node.";
  return finding;
}

}  // namespace

DetectorResult fd_leak(const DetectionContext& context) {
  DetectorResult result;
  for (const DescriptorLeak& leak : descriptor_leaks(context, false))
    result.findings.push_back(finding_of(leak, context.model.time, context.thresholds(*leak.process, "").leak));
  return result;
}

}  // namespace sockwarden
