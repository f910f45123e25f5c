#include "agent/proc/process_facts.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>
#include <utility>

#include "agent/proc/cgroup_place.h"
#include "agent/proc/service_name.h"

namespace sockwarden {
namespace {

constexpr std::size_t longest_cmdline = 16384;  // of which parse_cmdline() keeps what its bounds allow
constexpr std::size_t longest_environ = 65536;

std::optional<std::uint64_t> count_entries(int process) {
  OwnedFd folder(::openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DIR* stream = ::fdopendir(folder.get());
  if (stream == nullptr) return std::nullopt;
  static_cast<void>(folder.release());  // the stream closes it
  std::uint64_t count = 0;
  while (const dirent* entry = ::readdir(stream)) count += entry->d_name[0] != '.' ? 1 : 0;
  ::closedir(stream);
  return count;
}

void read_descriptors_folder(int process, ProcessFacts& facts) {
  struct stat status {};
  const bool is_told = ::fstatat(process, "fd", &status, 0) == 0;
  facts.uid = is_told ? std::optional<std::uint32_t>(status.st_uid) : std::nullopt;
  // Since 6.2 the size of the directory is the number of descriptors; before, it is 0.
  if (is_told && status.st_size > 0)
    facts.descriptor_count = status.st_size;
  else
    facts.descriptor_count = count_entries(process);
}

}  // namespace

OwnedFd open_process(std::uint32_t pid) {
  const std::string path = "/proc/" + std::to_string(pid);
  return OwnedFd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

std::optional<StatText> read_stat(int process) {
  const auto text = read_text_at(process, "stat", 4096);
  return text ? parse_stat(*text) : std::nullopt;
}

std::optional<std::uint32_t> read_user(int process) {
  const auto text = read_text_at(process, "status", 4096);  // the owner of /proc/PID is root's where it hides itself
  return text ? parse_user(*text) : std::nullopt;
}

void read_fixed_facts(int process, ProcessFacts& facts) {
  const std::string cmdline = read_text_at(process, "cmdline", longest_cmdline).value_or("");
  facts.cmdline = parse_cmdline(cmdline);
  facts.real_uid = read_user(process);
  facts.exe = read_link_at(process, "exe");
  constexpr std::string_view deleted = " (deleted)";  // the file was replaced, as by an upgrade
  if (facts.exe.ends_with(deleted)) facts.exe.resize(facts.exe.size() - deleted.size());
  facts.cgroup = parse_cgroup(read_text_at(process, "cgroup").value_or(""));
  CgroupPlace place = place_in(facts.cgroup);
  // Of the environment nothing is kept but a name.
  const std::string variables = read_text_at(process, "environ", longest_environ).value_or("");
  ServiceName service = service_name({facts.comm, facts.exe, cmdline, variables}, place);
  facts.service = std::move(service.name);
  facts.is_named_by_unit = service.is_of_unit;
  facts.container_id = std::move(place.container_id);
  facts.container_runtime = std::move(place.container_runtime);
  facts.pod_uid = std::move(place.pod_uid);
  facts.slice = std::move(place.slice);
  facts.unit = std::move(place.unit);
}

void read_moving_facts(int process, ProcessFacts& facts) {
  read_descriptors_folder(process, facts);
  rlimit limit{};
  if (::prlimit(static_cast<pid_t>(facts.pid), RLIMIT_NOFILE, nullptr, &limit) == 0) {
    facts.descriptor_limit = limit.rlim_cur;
  } else if (const auto text = read_text_at(process, "limits")) {  // readable by everybody, but eight times the work
    facts.descriptor_limit = parse_descriptor_limit(*text);
  }
}

std::optional<ProcessFacts> read_process_facts(std::uint32_t pid) {
  const OwnedFd process = open_process(pid);
  if (!process) return std::nullopt;
  const auto stat = read_stat(process.get());
  if (!stat) return std::nullopt;
  ProcessFacts facts;
  facts.pid = pid;
  facts.parent_pid = stat->parent_pid;
  facts.start_ticks = stat->start_ticks;
  facts.comm = stat->comm;
  read_fixed_facts(process.get(), facts);
  read_moving_facts(process.get(), facts);
  return facts;
}

}  // namespace sockwarden
