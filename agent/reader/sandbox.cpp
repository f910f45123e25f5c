#include "agent/reader/sandbox.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <seccomp.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>

namespace sockwarden {
namespace {

using Result = tl::expected<void, Error>;

constexpr rlim_t most_memory = 256 << 20;
constexpr rlim_t most_files = 256;       // a module of a stack each, and some of /proc
constexpr rlim_t most_cpu_seconds = 60;  // in all; see is_used_up()
constexpr rlim_t used_up_seconds = 30;

tl::unexpected<Error> failure(const char* operation, int code) {
  return tl::unexpected(Error{operation, "the reader", code, ""});
}

Result limit_resources() {
  struct Limit {
    __rlimit_resource kind;
    rlim_t most;
  };
  for (const Limit& limit : std::initializer_list<Limit>{{RLIMIT_CPU, most_cpu_seconds},
                                                         {RLIMIT_NOFILE, most_files},
                                                         {RLIMIT_FSIZE, 0},
                                                         {RLIMIT_CORE, 0},
                                                         {RLIMIT_NPROC, 0},
#ifndef __SANITIZE_ADDRESS__  // which sets terabytes of addresses aside
                                                         {RLIMIT_AS, most_memory},
                                                         {RLIMIT_DATA, most_memory},
#endif
                                                         {RLIMIT_MEMLOCK, 0}}) {
    const rlimit both{limit.most, limit.most};
    if (::setrlimit(limit.kind, &both) != 0) return failure("limit the resources of", errno);
  }
  return {};
}

/// Of what this process has: it need not be root.
Result keep_two_capabilities() {
  const std::unique_ptr<_cap_struct, int (*)(void*)> had(cap_get_proc(), cap_free);
  const std::unique_ptr<_cap_struct, int (*)(void*)> kept(cap_init(), cap_free);
  if (!had || !kept) return failure("read the capabilities of", errno);
  for (const cap_value_t value : {CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH}) {
    cap_flag_value_t has = CAP_CLEAR;
    cap_get_flag(had.get(), value, CAP_PERMITTED, &has);
    cap_set_flag(kept.get(), CAP_PERMITTED, 1, &value, has);
    cap_set_flag(kept.get(), CAP_EFFECTIVE, 1, &value, has);
  }
  if (cap_set_proc(kept.get()) != 0) return failure("drop the capabilities of", errno);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);  // gone with the permitted ones, where it is unknown
  return {};
}

/// What is read, on what is open, and what the C library needs to run and to die.
constexpr std::array allowed{SCMP_SYS(read),
                             SCMP_SYS(pread64),
                             SCMP_SYS(readv),
                             SCMP_SYS(lseek),
                             SCMP_SYS(close),
                             SCMP_SYS(fstat),
                             SCMP_SYS(stat),
                             SCMP_SYS(lstat),
                             SCMP_SYS(newfstatat),
                             SCMP_SYS(statx),
                             SCMP_SYS(getdents64),
                             SCMP_SYS(readlink),
                             SCMP_SYS(readlinkat),
                             SCMP_SYS(access),
                             SCMP_SYS(faccessat),
                             SCMP_SYS(faccessat2),
                             SCMP_SYS(process_vm_readv),
                             SCMP_SYS(poll),
                             SCMP_SYS(ppoll),
                             SCMP_SYS(sendto),
                             SCMP_SYS(recvfrom),
                             SCMP_SYS(brk),
                             SCMP_SYS(munmap),
                             SCMP_SYS(mremap),
                             SCMP_SYS(madvise),
                             SCMP_SYS(futex),
                             SCMP_SYS(clock_gettime),
                             SCMP_SYS(clock_getres),
                             SCMP_SYS(gettimeofday),
                             SCMP_SYS(getrusage),
                             SCMP_SYS(getpid),
                             SCMP_SYS(gettid),
                             SCMP_SYS(getuid),
                             SCMP_SYS(geteuid),
                             SCMP_SYS(getrandom),
                             SCMP_SYS(sysinfo),
                             SCMP_SYS(uname),
                             SCMP_SYS(sched_getaffinity),
                             SCMP_SYS(sched_yield),
                             SCMP_SYS(rt_sigprocmask),
                             SCMP_SYS(rt_sigaction),
                             SCMP_SYS(rt_sigreturn),
                             SCMP_SYS(sigaltstack),
                             SCMP_SYS(restart_syscall),
                             SCMP_SYS(rseq),
                             SCMP_SYS(exit),
                             SCMP_SYS(exit_group)};

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS))) {}
  ~Filter() {
    if (context_ != nullptr) seccomp_release(context_);
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  void allow(int call) { note(seccomp_rule_add(context_, SCMP_ACT_ALLOW, call, 0)); }
  void allow_if(int call, std::initializer_list<scmp_arg_cmp> conditions) {
    note(seccomp_rule_add_array(context_, SCMP_ACT_ALLOW, call, static_cast<unsigned>(conditions.size()),
                                conditions.begin()));
  }
  [[nodiscard]] int load() {
    if (context_ == nullptr) return -ENOMEM;
    return error_ != 0 ? error_ : seccomp_load(context_);
  }

 private:
  void note(int error) {
    if (error != 0 && error_ == 0) error_ = error;
  }
  scmp_filter_ctx context_;
  int error_ = 0;
};

/// Not Landlock: a process in a domain of its own may not read the memory of those outside.
Result filter_calls() {
  Filter filter;
  for (const int call : allowed) filter.allow(call);
  // Files are opened to be read, and none is made.
  constexpr scmp_datum_t changes = O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
  filter.allow_if(SCMP_SYS(openat), {SCMP_A2(SCMP_CMP_MASKED_EQ, changes, O_RDONLY)});
  filter.allow_if(SCMP_SYS(open), {SCMP_A1(SCMP_CMP_MASKED_EQ, changes, O_RDONLY)});
  // Which unix sockets are joined is asked of the kernel: not a network.
  filter.allow_if(SCMP_SYS(socket), {SCMP_A0(SCMP_CMP_EQ, AF_NETLINK), SCMP_A2(SCMP_CMP_EQ, NETLINK_SOCK_DIAG)});
  // Memory holds data, never code.
  filter.allow_if(SCMP_SYS(mmap), {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
  filter.allow_if(SCMP_SYS(mprotect), {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
  filter.allow_if(SCMP_SYS(fcntl), {SCMP_A1(SCMP_CMP_EQ, F_GETFL)});
  filter.allow_if(SCMP_SYS(fcntl), {SCMP_A1(SCMP_CMP_EQ, F_GETFD)});
  filter.allow_if(SCMP_SYS(fcntl), {SCMP_A1(SCMP_CMP_EQ, F_SETFD)});  // fdopendir() does it
  // abort() and nothing else: a signal to this process.
  filter.allow_if(SCMP_SYS(tgkill), {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()))});
  if (const int error = filter.load(); error != 0) return failure("filter the system calls of", -error);
  return {};
}

}  // namespace

Result enter_sandbox() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure("deny new privileges to", errno);
  if (auto kept = keep_two_capabilities(); !kept) return kept;
  if (auto limited = limit_resources(); !limited) return limited;
  return filter_calls();
}

bool is_used_up() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec >= static_cast<time_t>(used_up_seconds);
}

}  // namespace sockwarden
