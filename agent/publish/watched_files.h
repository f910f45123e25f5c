#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace sockwarden {

/// Tells whether any of some files was written or replaced, a symbolic link on the way to it too.
class WatchedFiles {
 public:
  explicit WatchedFiles(std::vector<std::string> files);

  /// True once for each change since the last call.
  [[nodiscard]] bool changed();

 private:
  /// Device, inode, modification time in ns, size; all 0 = no such file.
  using Mark = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;
  [[nodiscard]] std::vector<Mark> marks() const;

  std::vector<std::string> files_;
  std::vector<Mark> last_;
};

}  // namespace sockwarden
