#include "agent/proc/cgroup_paths.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "agent/proc/process_text.h"

namespace sockwarden {
namespace {

constexpr int kernfs_file_id = 0xfe;  // FILEID_KERNFS, include/linux/exportfs.h, since 5.5
constexpr std::size_t longest_walk = 16'384;

}  // namespace

std::optional<std::string> find_cgroup2_mount() {
  const auto text = read_text("/proc/self/mountinfo", 16 << 20);
  return text ? parse_cgroup2_mount(*text) : std::nullopt;
}

CgroupPaths::CgroupPaths(std::optional<std::string> mount, std::size_t capacity)
    : mount_(mount.value_or("")), capacity_(capacity) {
  if (!mount_.empty()) root_ = OwnedFd(::open(mount_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

std::optional<std::string> CgroupPaths::path(std::uint64_t id) {
  if (!root_ || id == 0) return std::nullopt;
  if (const auto entry = known_.find(id); entry != known_.end()) return entry->second;
  std::optional<std::string> found;
  if (!ask_kernel(id, found)) found = find_in_tree(id);
  remember(id, found);
  return found;
}

bool CgroupPaths::ask_kernel(std::uint64_t id, std::optional<std::string>& path) const {
  struct statfs file_system {};
  if (::fstatfs(root_.get(), &file_system) != 0 || file_system.f_type != CGROUP2_SUPER_MAGIC) return false;
  alignas(file_handle) std::array<char, sizeof(file_handle) + sizeof(id)> room{};
  auto* handle = reinterpret_cast<file_handle*>(room.data());
  handle->handle_bytes = sizeof(id);
  handle->handle_type = kernfs_file_id;
  std::memcpy(handle->f_handle, &id, sizeof(id));
  const OwnedFd opened(::open_by_handle_at(root_.get(), handle, O_PATH | O_CLOEXEC));
  if (!opened) return errno == ESTALE;  // no such cgroup; anything else: not allowed to ask this way
  const std::string full = read_link_at(AT_FDCWD, ("/proc/self/fd/" + std::to_string(opened.get())).c_str());
  if (!full.starts_with(mount_)) return false;  // outside what is mounted here
  path = full.size() == mount_.size() ? "/" : full.substr(mount_.size());
  return true;
}

std::optional<std::string> CgroupPaths::find_in_tree(std::uint64_t id) {
  if (!tree_) tree_ = walk();
  const auto found = tree_->find(id);
  return found == tree_->end() ? std::nullopt : std::optional(found->second);
}

/// Of kernfs the number of a directory's entry is the id, so that nothing but the directories is read.
CgroupPaths::Tree CgroupPaths::walk() const {
  Tree tree;
  struct stat status {};
  if (::fstat(root_.get(), &status) == 0) tree.emplace(status.st_ino, "/");
  std::vector<std::string> open{""};
  while (!open.empty() && tree.size() < longest_walk) {
    const std::string parent = std::move(open.back());
    open.pop_back();
    DIR* folder = ::opendir((mount_ + parent).c_str());
    if (folder == nullptr) continue;  // it went meanwhile
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      if (entry->d_type != DT_DIR || name == "." || name == "..") continue;
      std::string path = parent + '/' + entry->d_name;
      open.push_back(path);
      tree.emplace(entry->d_ino, std::move(path));
    }
    ::closedir(folder);
  }
  return tree;
}

void CgroupPaths::remember(std::uint64_t id, std::optional<std::string> path) {
  if (const auto [entry, added] = known_.insert_or_assign(id, std::move(path)); added) order_.push_back(id);
  while (order_.size() > capacity_) {
    known_.erase(order_.front());
    order_.pop_front();
  }
}

}  // namespace sockwarden
