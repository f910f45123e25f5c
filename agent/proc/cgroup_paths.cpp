#include "agent/proc/cgroup_paths.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "agent/proc/process_text.h"

namespace sockwarden {
namespace {

constexpr int kernfs_file_id = 0xfe;  // FILEID_KERNFS, include/linux/exportfs.h, since 5.5
constexpr std::size_t longest_walk = 65536;

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
  if (!ask_kernel(id, found)) found = walk_for(id);
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

std::optional<std::string> CgroupPaths::walk_for(std::uint64_t id) const {
  namespace fs = std::filesystem;
  struct stat status {};
  if (::stat(mount_.c_str(), &status) == 0 && status.st_ino == id) return "/";
  std::error_code error;
  std::size_t steps = 0;
  auto entry = fs::recursive_directory_iterator(mount_, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator() && steps < longest_walk; entry.increment(error)) {
    std::error_code unreadable;
    if (!entry->is_directory(unreadable)) continue;
    ++steps;
    if (::stat(entry->path().c_str(), &status) == 0 && status.st_ino == id) {
      return entry->path().string().substr(mount_.size());
    }
  }
  return std::nullopt;
}

void CgroupPaths::remember(std::uint64_t id, std::optional<std::string> path) {
  if (const auto [entry, added] = known_.insert_or_assign(id, std::move(path)); added) order_.push_back(id);
  while (order_.size() > capacity_) {
    known_.erase(order_.front());
    order_.pop_front();
  }
}

}  // namespace sockwarden
