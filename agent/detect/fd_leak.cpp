#include <cmath>
#include <optional>

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

struct Forecast {
  std::uint64_t headroom = 0;
  double seconds = 0;
  bool grows = false;
};

std::optional<Forecast> forecast_of(const DescriptorLeak& leak, Instant now, std::chrono::nanoseconds age) {
  const DescriptorGrowth& growth = leak.growth;
  if (!growth.limit || *growth.limit <= growth.in_all) return std::nullopt;
  const Gathered& some = leak.gathered();
  const double span = std::max(seconds_of(some.last - some.first), 1.0);
  Forecast forecast;
  forecast.headroom = *growth.limit - growth.in_all;
  forecast.seconds = static_cast<double>(forecast.headroom) * span / static_cast<double>(some.files.size());
  forecast.grows = now - some.last <= age * 2;
  return forecast;
}

std::string growth_text(const DescriptorLeak& leak) {
  const Gathered& some = leak.gathered();
  const std::string type = name_of_descriptor(leak.growth.type);
  const std::string came = counted(some.files.size(), type + " descriptor") + " came within " +
                           rough_time(seconds_of(some.last - some.first));
  if (leak.reading == DescriptorLeak::Reading::forgotten)
    return came + (leak.growth.type == SW_DESCRIPTOR_FILE ? ", stay open and are not used again" : " and stay open");
  std::string reading = ", and more come than go: ";
  if (leak.growth.type == SW_DESCRIPTOR_FILE && some.different * 2 > some.files.size())
    return came + reading + "most are different files, so a cache that fills up or a leak";
  return came + reading + "whether all are used cannot be seen, so many at work or a leak";
}

void take_forecast(Finding& finding, const DescriptorLeak& leak, const Forecast& forecast) {
  const std::string limit = grouped(*leak.growth.limit);
  finding.evidence["limit"] = static_cast<std::int64_t>(*leak.growth.limit);
  finding.evidence["headroom"] = static_cast<std::int64_t>(forecast.headroom);
  if (!forecast.grows) {
    finding.summary += "; its limit is " + limit;
    return;
  }
  finding.evidence["limit_reached_in_seconds"] = forecast.seconds;
  finding.summary += "; the process reaches its limit of " + limit + " in " + rough_time(forecast.seconds);
  const bool is_leak = leak.reading == DescriptorLeak::Reading::forgotten;
  if (is_leak && forecast.seconds < 3600) finding.severity = Severity::critical;
}

Finding finding_of(const DescriptorLeak& leak, Instant now, std::chrono::nanoseconds age) {
  const Gathered& some = leak.gathered();
  const std::string type = name_of_descriptor(leak.growth.type);
  const double span = seconds_of(some.last - some.first);
  Finding finding;
  finding.class_name = "fd-leak";
  finding.qualifier_name = "type";
  finding.qualifier = type;
  finding.process = leak.process->serial;
  finding.count = some.files.size();
  finding.subjects = some.files;
  finding.evidence["unused"] = static_cast<std::int64_t>(leak.growth.forgotten.files.size());
  finding.evidence["used"] = static_cast<std::int64_t>(leak.growth.used);
  finding.evidence["different"] = static_cast<std::int64_t>(some.different);
  finding.evidence["descriptors"] = static_cast<std::int64_t>(leak.growth.in_all);
  finding.evidence["growth_per_second"] = static_cast<double>(some.files.size()) / std::max(span, 1.0);
  finding.evidence["growing_for_seconds"] = span;
  finding.summary = growth_text(leak);
  if (const auto forecast = forecast_of(leak, now, age)) take_forecast(finding, leak, *forecast);
  finding.summary += ".";
  if (leak.reading == DescriptorLeak::Reading::nears_limit) finding.fix_for = {"nears-limit"};
  finding.fix_figures["type"] = type;
  return finding;
}

}  // namespace

DetectorResult fd_leak(const DetectionContext& context) {
  DetectorResult result;
  for (const DescriptorLeak& leak : descriptor_leaks(context))
    result.findings.push_back(finding_of(leak, context.model.time, context.thresholds(*leak.process, "").leak));
  return result;
}

}  // namespace sockwarden
