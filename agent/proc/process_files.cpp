#include "agent/proc/process_files.h"

#include "agent/proc/file_text.h"

namespace sockwarden {
namespace {

constexpr std::size_t longest_maps = 8 << 20;  // the kernel allows 65,530 mappings

}  // namespace

ProcessFiles::ProcessFiles(std::uint32_t pid, int process)
    : folder_("/proc/" + std::to_string(pid)),
      maps_(read_text_at(process, "maps", longest_maps).value_or("")),
      own_(read_link_at(process, "exe")) {}

TargetPath ProcessFiles::reachable(const std::string& path) const {
  return path == own_ ? TargetPath{folder_ + "/exe", ""} : TargetPath{folder_ + "/root", path};
}

std::optional<ProcessFiles::Place> ProcessFiles::at(std::uint64_t address) const {
  const auto found = find_mapped_file(maps_, address);
  if (!found) return std::nullopt;
  return Place{reachable(found->path), found->offset};
}

std::vector<TargetPath> ProcessFiles::with_code() const {
  std::vector<TargetPath> files;
  for (const auto& path : files_with_code(maps_)) files.push_back(reachable(path));
  return files;
}

}  // namespace sockwarden
