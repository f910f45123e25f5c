// What was read of files, until they change.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <utility>

#include "agent/proc/target_file.h"

namespace sockwarden {

template <typename Contents>
class FileCache {
 public:
  /// A pointer to what `read(file)` gives, or null where it gives nothing or there is no regular file.
  template <typename Read>
  [[nodiscard]] std::shared_ptr<const Contents> get(const TargetPath& path, const Read& read) {
    OwnedFd file = open_regular(path);
    if (!file) return nullptr;
    if (files_.size() >= most_files) files_.clear();
    const auto [known, added] = files_.try_emplace(state_of(file));
    if (added) {
      if (auto contents = read(std::move(file))) known->second = std::make_shared<const Contents>(std::move(*contents));
    }
    return known->second;
  }

 private:
  static constexpr std::size_t most_files = 4096;
  std::map<FileState, std::shared_ptr<const Contents>> files_;
};

}  // namespace sockwarden
