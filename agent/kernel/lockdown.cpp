#include "agent/kernel/lockdown.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "agent/kernel/handle.h"

namespace sockwarden {
namespace {

/// securityfs without a place in the file system (5.2+): it is gone with the descriptor. Needs CAP_SYS_ADMIN.
Fd detached_securityfs() {
  const Fd context(fsopen("securityfs", FSOPEN_CLOEXEC));
  if (!context || fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) return {};
  return Fd(fsmount(context.get(), FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY));
}

/// "none [integrity] confidentiality" → "integrity".
std::string chosen(const std::string& line) {
  const auto open = line.find('['), close = line.find(']');
  return open == std::string::npos || close == std::string::npos ? line : line.substr(open + 1, close - open - 1);
}

}  // namespace

std::string kernel_lockdown() {
  Fd folder(open("/sys/kernel/security", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const bool mounted = folder && faccessat(folder.get(), "lsm", F_OK, 0) == 0;  // every securityfs has it
  if (!mounted) folder = detached_securityfs();
  if (!folder)
    return std::string("unknown: securityfs is not mounted, and may not be (") + std::strerror(errno) +
           "); mount -t securityfs none /sys/kernel/security";
  const Fd file(openat(folder.get(), "lockdown", O_RDONLY | O_CLOEXEC));
  if (!file) return errno == ENOENT ? "none" : std::string("unknown: ") + std::strerror(errno);
  char line[128];
  const ssize_t length = read(file.get(), line, sizeof(line));
  if (length <= 0) return std::string("unknown: ") + std::strerror(errno);
  return chosen({line, static_cast<std::size_t>(length)});
}

}  // namespace sockwarden
