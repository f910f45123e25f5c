#include "agent/findings/subject_memory.h"

#include <algorithm>
#include <iterator>

namespace sockwarden {
namespace {

void sort_unique(std::vector<std::uint64_t>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

std::uint64_t SubjectMemory::take(std::vector<std::uint64_t> subjects) {
  sort_unique(subjects);
  std::vector<std::uint64_t> known;
  std::set_union(now_.begin(), now_.end(), past_.begin(), past_.end(), std::back_inserter(known));
  std::vector<std::uint64_t> fresh;
  std::set_difference(subjects.begin(), subjects.end(), known.begin(), known.end(), std::back_inserter(fresh));
  past_.clear();
  std::set_difference(known.begin(), known.end(), subjects.begin(), subjects.end(), std::back_inserter(past_));
  if (past_.size() > capacity_) past_.erase(past_.begin(), past_.end() - static_cast<std::ptrdiff_t>(capacity_));
  past_.shrink_to_fit();
  now_ = std::move(subjects);
  return fresh.size();
}

}  // namespace sockwarden
