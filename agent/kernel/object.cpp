#include "agent/kernel/object.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <map>
#include <numeric>
#include <vector>

#include "agent/proc/cgroup_paths.h"

namespace sockwarden {
namespace {

constexpr const char* need_capabilities =
    "run as root, or grant CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN (see deploy/sockwarden.service)";

/// What libbpf said last; it names the program that the verifier refused and why.
std::string& libbpf_log() {
  thread_local std::string log;
  return log;
}

int keep_log(libbpf_print_level level, const char* format, va_list arguments) {
  if (level == LIBBPF_DEBUG) return 0;
  char line[1024];
  const int length = std::vsnprintf(line, sizeof(line), format, arguments);
  auto& log = libbpf_log();
  if (log.size() < 65536) log += line;
  return length;
}

/// "prog 'NAME': BPF program load failed" → NAME.
std::string refused_program(const std::string& log) {
  const auto failed = log.find("': BPF program load failed");
  const auto start = failed == std::string::npos ? failed : log.rfind('\'', failed - 1);
  return start == std::string::npos ? "" : log.substr(start + 1, failed - start - 1);
}

/// The verifier's last complaint: the line before "processed N insns".
std::string verifier_complaint(const std::string& log) {
  const auto end = log.rfind("\nprocessed ");
  if (end == std::string::npos) return "the kernel refused the program";
  const auto start = log.rfind('\n', end - 1);
  return "the kernel refused the program: " + log.substr(start + 1, end - start - 1);
}

/// Until 5.11 maps count against RLIMIT_MEMLOCK. Where it may not be raised the kernel says EPERM on creation.
void raise_memory_limit() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

/// Fills in the calls of a kernel function that the program leaves open (receive.bpf.c).
void set_kernel_function(bpf_program* program, int function) {
  const bpf_insn* first = bpf_program__insns(program);
  std::vector<bpf_insn> code(first, first + bpf_program__insn_cnt(program));
  for (bpf_insn& instruction : code)
    if (instruction.code == (BPF_JMP | BPF_CALL) && instruction.src_reg == BPF_PSEUDO_KFUNC_CALL)
      instruction.imm = function;
  bpf_program__set_insns(program, code.data(), code.size());
}

void configure(sockwarden_bpf& skeleton, const Choice& choice, const KernelOptions& options) {
  auto& settings = *skeleton.rodata;
  settings.use_socket_storage = choice.socket_storage;
  settings.use_release_hook = !choice.cgroup2.empty();
  settings.use_stacks = options.stacks;
  settings.use_peek = options.peek;
  set_kernel_function(skeleton.progs.socket_receive, choice.read_only_cast);

  const auto& maps = skeleton.maps;
  bpf_map__set_autocreate(maps.socket_records, choice.socket_storage);
  bpf_map__set_max_entries(maps.hashed_records, choice.socket_storage ? 1 : options.max_sockets);
  bpf_map__set_max_entries(maps.closed_connections, options.ring_bytes);
  bpf_map__set_max_entries(maps.processes, options.max_processes);
  bpf_map__set_max_entries(maps.process_serials, options.max_processes);
  bpf_map__set_max_entries(maps.process_roles, options.max_processes * 2 + SW_ROLE_COUNT);
  bpf_map__set_max_entries(maps.endpoints, options.max_endpoints);
  if (!options.stacks) bpf_map__set_max_entries(maps.stacks, 1);
}

Error load_error(int code) {
  if (code == EPERM || code == EACCES)
    return Error{"load the kernel programs", refused_program(libbpf_log()), code, need_capabilities};
  const std::string program = refused_program(libbpf_log());
  if (!program.empty()) return Error{"load the kernel program", program, code, verifier_complaint(libbpf_log())};
  const auto& log = libbpf_log();
  const auto start = log.find("libbpf: ");
  return Error{"load the kernel programs", "", code,
               start == std::string::npos ? "" : log.substr(start, log.find('\n', start) - start)};
}

}  // namespace

tl::expected<Object, Error> Object::load(const KernelOptions& options) {
  libbpf_set_print(keep_log);
  const HostAbility host = probe_host();
  const auto btf = KernelBtf::load();
  if (!btf)
    return tl::unexpected(Error{"read the kernel's type information", "/sys/kernel/btf/vmlinux", errno,
                                "sockwarden needs a kernel built with CONFIG_DEBUG_INFO_BTF=y"});
  raise_memory_limit();

  std::map<std::string, std::string> refused;
  while (true) {
    libbpf_log().clear();
    Object object;
    object.skeleton = Skeleton(sockwarden_bpf__open());
    if (!object.skeleton) return tl::unexpected(load_error(errno));
    object.choice = choose(*btf, options.variant, host.cgroup2);
    object.hooks = list_hooks(*object.skeleton->obj, *btf, object.choice, options);
    for (auto& hook : object.hooks) {
      const auto found = refused.find(bpf_program__name(hook.program));
      if (found == refused.end()) continue;
      bpf_program__set_autoload(hook.program, false);
      hook.status.reason = found->second;
    }
    configure(*object.skeleton, object.choice, options);
    const int result = sockwarden_bpf__load(object.skeleton.get());
    if (result == 0) return object;

    const std::string program = refused_program(libbpf_log());
    const auto hook = std::find_if(object.hooks.begin(), object.hooks.end(),
                                   [&](const Hook& other) { return program == bpf_program__name(other.program); });
    if (hook == object.hooks.end() || hook->status.required || refused.contains(program))
      return tl::unexpected(load_error(-result));
    refused[program] = verifier_complaint(libbpf_log());
  }
}

tl::expected<void, Error> Object::attach() {
  if (!choice.cgroup2.empty()) cgroup = Fd(::open(choice.cgroup2.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (auto& hook : hooks) {
    if (!hook.status.reason.empty()) {
      if (hook.status.required) return tl::unexpected(Error{"attach", hook.status.name, ENOTSUP, hook.status.reason});
      continue;
    }
    if (hook.attachment == Attachment::iterator || hook.attachment == Attachment::on_demand) {
      hook.status.attached = true;  // run, or attached, when asked
      continue;
    }
    if (hook.attachment == Attachment::ingress || hook.attachment == Attachment::egress) {
      const auto way = hook.attachment == Attachment::ingress ? BPF_CGROUP_INET_INGRESS : BPF_CGROUP_INET_EGRESS;
      Fd link(bpf_link_create(bpf_program__fd(hook.program), cgroup.get(), way, nullptr));
      hook.status.attached = bool(link);
      if (link)
        link_descriptors.push_back(std::move(link));
      else
        hook.status.reason = Error{"attach", hook.status.name, errno, ""}.message();
      continue;
    }
    Link link(hook.attachment == Attachment::cgroup ? bpf_program__attach_cgroup(hook.program, cgroup.get())
                                                    : bpf_program__attach(hook.program));
    if (link) {
      hook.status.attached = true;
      if (hook.program == skeleton->progs.socket_option)
        setsockopt = std::move(link);
      else
        links.push_back(std::move(link));
      continue;
    }
    const Error error{"attach", hook.status.name, errno, errno == EPERM ? need_capabilities : ""};
    if (hook.status.required) return tl::unexpected(error);
    hook.status.reason = error.message();
  }
  return {};
}

void Object::watch_sends(bool wanted) {
  if (wanted == bool(sends)) return;
  bpf_program* program = skeleton->progs.socket_send;
  const bool loaded = bpf_program__fd(program) >= 0;
  sends.reset(wanted && loaded ? bpf_program__attach(program) : nullptr);
}

bool Object::watch_options(bool wanted) {
  if (wanted == bool(setsockopt)) return wanted;
  setsockopt.reset();
  if (!wanted) return false;
  setsockopt.reset(bpf_program__attach_cgroup(skeleton->progs.socket_option, cgroup.get()));
  return bool(setsockopt);
}

std::uint64_t Object::option_calls_in_vain() const {
  const __u32 index = 0;
  std::vector<__u64> counts(static_cast<std::size_t>(std::max(libbpf_num_possible_cpus(), 1)));
  if (bpf_map_lookup_elem(bpf_map__fd(skeleton->maps.option_calls_in_vain), &index, counts.data()) != 0) return 0;
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

tl::expected<std::vector<char>, Error> Object::iterate(bpf_program* program, const bpf_map* over) {
  LIBBPF_OPTS(bpf_iter_attach_opts, options);
  bpf_iter_link_info info{};
  if (over != nullptr) {
    info.map.map_fd = static_cast<__u32>(bpf_map__fd(over));
    options.link_info = &info;
    options.link_info_len = sizeof(info);
  }
  const Link link(bpf_program__attach_iter(program, &options));
  if (!link) return tl::unexpected(Error{"attach the iterator", bpf_program__name(program), errno, ""});
  const Fd iterator(bpf_iter_create(bpf_link__fd(link.get())));
  if (!iterator) return tl::unexpected(Error{"open the iterator", bpf_program__name(program), errno, ""});

  std::vector<char> written;
  char chunk[65536];
  while (true) {
    const ssize_t count = read(iterator.get(), chunk, sizeof(chunk));
    if (count > 0) {
      written.insert(written.end(), chunk, chunk + count);
    } else if (count == 0) {
      return written;
    } else if (errno != EAGAIN && errno != EINTR) {  // EAGAIN: a million elements and nothing written
      return tl::unexpected(Error{"run the iterator", bpf_program__name(program), errno, ""});
    }
  }
}

}  // namespace sockwarden
