// The object files that are mapped by the processes that are looked at, each read once.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/runtimes/file_cache.h"
#include "agent/runtimes/object_file.h"

namespace sockwarden {

class ObjectFiles {
 public:
  /// `wanted`: the symbols that are asked for.
  explicit ObjectFiles(std::vector<std::string_view> wanted) : wanted_(std::move(wanted)) {}

  /// Null if it is none, or it is gone.
  [[nodiscard]] std::shared_ptr<const ObjectFile> get(const TargetPath& path) {
    return files_.get(path, [this](OwnedFd file) { return ObjectFile::read(std::move(file), wanted_); });
  }

 private:
  std::vector<std::string_view> wanted_;
  FileCache<ObjectFile> files_;
};

}  // namespace sockwarden
