// What was read of files, until they change.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>

namespace sockwarden {

template <typename Contents>
class FileCache {
 public:
  /// A pointer to what `read(path)` gives, or null where it gives nothing or the file is gone.
  template <typename Read>
  [[nodiscard]] std::shared_ptr<const Contents> get(const std::string& path, const Read& read) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return nullptr;
    if (files_.size() >= most_files) files_.clear();
    const auto [known, added] = files_.try_emplace({status.st_dev, status.st_ino, status.st_mtim.tv_sec});
    if (added) {
      if (auto contents = read(path)) known->second = std::make_shared<const Contents>(std::move(*contents));
    }
    return known->second;
  }

 private:
  static constexpr std::size_t most_files = 4096;
  using Key = std::tuple<std::uint64_t, std::uint64_t, std::int64_t>;  // device, inode, change
  std::map<Key, std::shared_ptr<const Contents>> files_;
};

}  // namespace sockwarden
