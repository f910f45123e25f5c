#include "agent/publish/watched_files.h"

#include <sys/stat.h>

#include <utility>

namespace sockwarden {

WatchedFiles::WatchedFiles(std::vector<std::string> files) : files_(std::move(files)), last_(marks()) {}

std::vector<WatchedFiles::Mark> WatchedFiles::marks() const {
  constexpr std::int64_t ns = 1'000'000'000;
  std::vector<Mark> all;
  for (const auto& file : files_) {
    struct stat facts {};
    if (stat(file.c_str(), &facts) != 0) facts = {};
    all.emplace_back(facts.st_dev, facts.st_ino, facts.st_mtim.tv_sec * ns + facts.st_mtim.tv_nsec, facts.st_size);
  }
  return all;
}

bool WatchedFiles::changed() {
  auto now = marks();
  if (now == last_) return false;
  last_ = std::move(now);
  return true;
}

}  // namespace sockwarden
