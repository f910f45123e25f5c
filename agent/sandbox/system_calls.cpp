#include "agent/sandbox/system_calls.h"

#include <seccomp.h>

#include <cerrno>
#include <memory>

namespace sockwarden {
namespace {

struct Release {
  void operator()(scmp_filter_ctx filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

int allow(scmp_filter_ctx filter, const std::string& name) {
  const int number = seccomp_syscall_resolve_name(name.c_str());
  if (number == __NR_SCMP_ERROR) return -EINVAL;  // no such name: a mistake here
  return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
}

int allow(scmp_filter_ctx filter, const SomeCalls& some) {
  const int number = seccomp_syscall_resolve_name(some.name.c_str());
  if (number == __NR_SCMP_ERROR) return -EINVAL;
  for (const std::uint64_t value : some.values) {
    const scmp_arg_cmp same{some.argument, SCMP_CMP_EQ, value, 0};
    if (const int code = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, 1, &same); code != 0) return code;
  }
  return 0;
}

Error failure(const std::string& object, int code) { return {"limit the system calls", object, code, ""}; }

}  // namespace

std::vector<std::string> calls_of_any_program() {
  return {"brk",
          "clock_getres",
          "clock_gettime",
          "clock_nanosleep",
          "clone",
          "clone3",
          "exit",
          "exit_group",
          "futex",
          "get_robust_list",
          "getcpu",
          "getegid",
          "geteuid",
          "getgid",
          "getpid",
          "getppid",
          "getrandom",
          "getrusage",
          "gettid",
          "gettimeofday",
          "getuid",
          "madvise",
          "membarrier",
          "mmap",
          "mprotect",
          "mremap",
          "munmap",
          "nanosleep",
          "prctl",
          "restart_syscall",
          "rseq",
          "rt_sigaction",
          "rt_sigpending",
          "rt_sigprocmask",
          "rt_sigreturn",
          "rt_sigsuspend",
          "rt_sigtimedwait",
          "sched_getaffinity",
          "sched_yield",
          "set_robust_list",
          "set_tid_address",
          "sigaltstack",
          "sysinfo",
          "tgkill",
          "time",
          "uname"};
}

std::vector<std::string> calls_to_read_files() {
  return {"access",     "close",    "dup",        "dup3",    "faccessat",  "faccessat2", "fadvise64",
          "fcntl",      "fstat",    "fstatfs",    "getcwd",  "getdents64", "lseek",      "lstat",
          "newfstatat", "open",     "openat",     "pread64", "preadv",     "preadv2",    "read",
          "readahead",  "readlink", "readlinkat", "readv",   "stat",       "statfs",     "statx"};
}

std::vector<std::string> calls_to_talk() {
  return {"accept",       "accept4",    "bind",     "connect",     "epoll_create1", "epoll_ctl",  "epoll_pwait",
          "epoll_pwait2", "epoll_wait", "eventfd2", "getpeername", "getsockname",   "getsockopt", "listen",
          "pipe2",        "poll",       "ppoll",    "pselect6",    "pwrite64",      "pwritev2",   "recvfrom",
          "recvmsg",      "select",     "sendmmsg", "sendmsg",     "sendto",        "setsockopt", "shutdown",
          "socket",       "socketpair", "write",    "writev"};
}

tl::expected<void, Error> allow_only(const SystemCalls& allowed) {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)));
  if (!filter) return tl::unexpected(failure("", ENOMEM));
  for (const auto& name : allowed.names)
    if (const int code = allow(filter.get(), name); code != 0) return tl::unexpected(failure(name, -code));
  for (const auto& some : allowed.some)
    if (const int code = allow(filter.get(), some); code != 0) return tl::unexpected(failure(some.name, -code));
  // TSYNC: threads that run already. A kernel without it (before 3.17) has no BPF either.
  int code = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  if (code == 0) code = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_LOG, 1);
  // A tree by number instead of a list: a call costs a handful of comparisons.
  if (code == 0) code = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  if (code == 0) code = seccomp_load(filter.get());
  if (code != 0) return tl::unexpected(failure("", -code));
  return {};
}

}  // namespace sockwarden
