#include "agent/model/histogram_rows.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sockwarden {
namespace {

/// So many times as busy must one be that takes the place of another, so that the two do not change places for ever.
constexpr std::uint64_t times_busier = 4;

std::uint64_t observations_of(const Histograms& histograms) {
  std::uint64_t sum = 0;
  for (const sw_histogram& histogram : histograms)
    for (const std::uint64_t count : histogram.count) sum += count;
  return sum;
}

struct Ranked {
  std::uint64_t observations = 0;
  RoleCarried* carried = nullptr;
};

/// What it has shown so far moves to comm "other", or stays there.
void move(RoleCarried& carried, bool has_histograms) {
  carried.has_histograms = has_histograms;
  carried.shown_elsewhere = carried.published_histograms;
}

void choose(RowContext& context, std::uint32_t other) {
  std::vector<Ranked> shown, folded;
  for (auto& [key, carried] : context.memory.roles) {
    const std::uint64_t observations = observations_of(carried.published_histograms);
    if (key.identity != other && observations != 0)
      (carried.has_histograms ? shown : folded).push_back({observations, &carried});
  }
  const auto busier = [](const Ranked& a, const Ranked& b) { return a.observations > b.observations; };
  std::stable_sort(shown.begin(), shown.end(), busier);
  std::stable_sort(folded.begin(), folded.end(), busier);
  std::size_t free = context.limits.histogram_rows - std::min<std::size_t>(context.limits.histogram_rows, shown.size());
  for (Ranked& next : folded) {
    if (free == 0) {
      if (shown.empty() || next.observations < shown.back().observations * times_busier) break;
      move(*shown.back().carried, false);
      shown.pop_back();
    } else {
      --free;
    }
    // One that was never in comm "other" begins with all that it has.
    next.carried->has_histograms = true;
  }
  context.model.folded_histogram_rows = 0;
  for (auto& [key, carried] : context.memory.roles) {
    if (key.identity == other || carried.has_histograms) continue;
    carried.shown_elsewhere = carried.published_histograms;
    context.model.folded_histogram_rows += observations_of(carried.published_histograms) != 0 ? 1 : 0;
  }
}

Histograms shown_of(const RoleCarried& carried) {
  Histograms shown = carried.published_histograms;
  for (std::size_t i = 0; i < shown.size(); ++i) subtract(shown[i], carried.shown_elsewhere[i]);
  return shown;
}

ProcessRow& row_of(std::vector<ProcessRow>& rows, const Identity& identity, Role role) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const ProcessRow& row) { return row.role == role && row.identity == identity; });
  return found != rows.end() ? *found : rows.emplace_back(ProcessRow{.identity = identity, .role = role});
}

}  // namespace

void build_histograms(RowContext& context) {
  const auto& identities = context.memory.identities;
  const auto other = identities.find(other_identity());
  choose(context, other->second.index);
  std::map<std::uint8_t, Histograms> rest;
  const auto names = context.identities.names();
  for (const auto& [key, carried] : context.memory.roles) {
    if (key.identity == other->second.index) {
      add(rest[key.role], carried.published_histograms);
      continue;
    }
    add(rest[key.role], carried.shown_elsewhere);
    if (carried.has_histograms)
      row_of(context.model.process_rows, *names.at(key.identity), static_cast<Role>(key.role)).histograms =
          shown_of(carried);
  }
  for (const auto& [role, histograms] : rest)
    if (observations_of(histograms) != 0)
      row_of(context.model.process_rows, other_identity(), static_cast<Role>(role)).histograms = histograms;
}

}  // namespace sockwarden
