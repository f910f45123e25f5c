#include "agent/kernel/object.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "agent/kernel/host.h"
#include "agent/kernel/refusal.h"

namespace sockwarden {
namespace {

/// MPTCP connections whose records find room; others are lost, and counted as such.
constexpr std::uint32_t most_mptcp = 16384;

/// Until 5.11 maps count against RLIMIT_MEMLOCK. Where it may not be raised the kernel says EPERM on creation.
void raise_memory_limit() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

/// Fills in the calls of bpf_rdonly_cast() that the program leaves open (bpf/cast.bpf.h). Without it they are not
/// reached, and become something that every kernel knows.
void set_cast(bpf_program* program, int function) {
  const bpf_insn* first = bpf_program__insns(program);
  std::vector<bpf_insn> code(first, first + bpf_program__insn_cnt(program));
  for (bpf_insn& instruction : code) {
    if (instruction.code != (BPF_JMP | BPF_CALL) || instruction.src_reg != BPF_PSEUDO_KFUNC_CALL) continue;
    if (function != 0)
      instruction.imm = function;
    else
      instruction = {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0};
  }
  bpf_program__set_insns(program, code.data(), code.size());
}

void configure(sockwarden_bpf& skeleton, const Choice& choice, const KernelOptions& options) {
  auto& settings = *skeleton.rodata;
  settings.use_socket_storage = choice.socket_storage;
  settings.use_release_hook = !choice.cgroup2.empty();
  settings.use_stacks = options.stacks;
  settings.use_protocol_parser = options.protocol_parser;
  settings.use_probe_read = choice.probe_read;
  settings.use_cast = choice.read_only_cast != 0;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton.obj) set_cast(program, choice.read_only_cast);

  const auto& maps = skeleton.maps;
  bpf_map__set_autocreate(maps.socket_records, choice.socket_storage);
  bpf_map__set_max_entries(maps.hashed_records, choice.socket_storage ? most_mptcp : options.max_sockets);
  bpf_map__set_max_entries(maps.closed_connections, options.ring_bytes);
  bpf_map__set_max_entries(maps.processes, options.max_processes);
  bpf_map__set_max_entries(maps.process_serials, options.max_processes);
  bpf_map__set_max_entries(maps.process_roles, options.max_processes * 2 + SW_ROLE_COUNT);
  bpf_map__set_max_entries(maps.endpoints, options.max_endpoints);
  if (!options.stacks) bpf_map__set_max_entries(maps.stacks, 1);
}

/// A hook that must be there and of which this kernel takes no variant.
const Hook* missing_one(const std::vector<Hook>& hooks) {
  const auto found = std::find_if(hooks.begin(), hooks.end(),
                                  [](const Hook& hook) { return hook.status.required && !hook.status.reason.empty(); });
  return found == hooks.end() ? nullptr : &*found;
}

Error without(const Hook& hook) {
  return Error{"attach", hook.status.name, 0,
               hook.status.reason + (hook.status.variant_reason.empty() ? "" : "; " + hook.status.variant_reason)};
}

}  // namespace

/// Choosing is trying: each refusal brings the next variant, until the kernel takes the whole or none is left.
tl::expected<Object, Error> Object::load(const KernelOptions& options) {
  keep_libbpf_log();
  const HostAbility host = probe_host();
  const auto btf = KernelBtf::load();
  if (!btf)
    return tl::unexpected(Error{"read the kernel's type information", "/sys/kernel/btf/vmlinux", errno,
                                "sockwarden needs a kernel built with CONFIG_DEBUG_INFO_BTF=y"});
  raise_memory_limit();

  Refusals refusals;
  Error last;  // of what the kernel itself refused
  // Without a variant of a hook that must be there: probe_read is given up first, which the hash needs.
  const auto refuse = [&refusals](const Choice& choice, const std::string& reason) {
    refusals.programs.clear();
    (choice.probe_read && choice.socket_storage ? refusals.probe_read : refusals.socket_storage) = reason;
  };
  while (true) {
    clear_libbpf_log();
    Object object;
    object.skeleton = Skeleton(sockwarden_bpf__open());
    if (!object.skeleton) return tl::unexpected(refusal("open the kernel programs", "", errno));
    object.choice = choose(*btf, options, refusals, host.cgroup2);
    object.hooks = list_hooks(*object.skeleton->obj, *btf, object.choice, options, refusals);
    if (const Hook* missing = missing_one(object.hooks)) {
      const bool refused = refusals.programs.contains(bpf_program__name(missing->program));
      if (!object.choice.socket_storage) return tl::unexpected(refused ? last : without(*missing));
      refuse(object.choice, missing->status.name + ": " + missing->status.reason);
      continue;
    }
    configure(*object.skeleton, object.choice, options);
    const int code = -sockwarden_bpf__load(object.skeleton.get());
    if (code == 0) return object;

    const std::string program = refused_program();
    last = refusal(program.empty() ? "load the kernel programs" : "load the kernel program", program, code);
    if (!program.empty() && refusals.programs.try_emplace(program, refusal_reason(code)).second) continue;
    if (!object.choice.socket_storage) return tl::unexpected(last);
    refuse(object.choice, refusal_reason(code));
  }
}

tl::expected<void, Error> Object::attach() {
  if (!choice.cgroup2.empty()) cgroup = Fd(::open(choice.cgroup2.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (auto& hook : hooks) {
    if (!hook.status.reason.empty()) continue;
    if (hook.attachment == Attachment::iterator || hook.attachment == Attachment::on_demand) {
      hook.status.attached = true;  // run, or attached, when asked
      continue;
    }
    if (hook.attachment == Attachment::test_run) {
      const auto tried = run(hook.program, 0);
      hook.status.attached = tried.has_value();
      if (!tried) hook.status.reason = tried.error().message();
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
    const Error error = refusal("attach", hook.status.name, errno);
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

std::uint64_t Object::redundant_option_calls() const {
  const __u32 index = 0;
  std::vector<__u64> counts(static_cast<std::size_t>(std::max(libbpf_num_possible_cpus(), 1)));
  if (bpf_map_lookup_elem(bpf_map__fd(skeleton->maps.redundant_option_calls), &index, counts.data()) != 0) return 0;
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

tl::expected<Fd, Error> Object::open_iterator(const bpf_program* program, std::uint32_t pid) const {
  LIBBPF_OPTS(bpf_iter_attach_opts, options);
  bpf_iter_link_info info{};
  info.task.pid = pid;
  options.link_info = &info;
  options.link_info_len = sizeof(info);
  const Link link(bpf_program__attach_iter(program, pid == 0 ? nullptr : &options));
  if (!link) return tl::unexpected(Error{"attach the iterator", bpf_program__name(program), errno, ""});
  Fd iterator(bpf_iter_create(bpf_link__fd(link.get())));
  if (!iterator) return tl::unexpected(Error{"open the iterator", bpf_program__name(program), errno, ""});
  return iterator;
}

tl::expected<std::uint32_t, Error> Object::run(const bpf_program* program, std::uint64_t argument) {
  LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &argument, .ctx_size_in = sizeof(argument));
  if (const int result = bpf_prog_test_run_opts(bpf_program__fd(program), &options); result != 0)
    return tl::unexpected(Error{"run", bpf_program__name(program), -result, ""});
  return options.retval;
}

const bpf_program* Object::ending_program() const {
  for (const Hook& hook : hooks)
    if (hook.attachment == Attachment::test_run && hook.status.attached) return hook.program;
  return nullptr;
}

void Object::seed_orphans() const {
  if (bpf_program__fd(skeleton->progs.seed_orphans) < 0) return;
  const auto iterator = open_iterator(skeleton->progs.seed_orphans);
  if (!iterator) return;
  char nothing[64];
  ssize_t count = 0;
  do count = read(iterator->get(), nothing, sizeof(nothing));
  while (count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN)));
}

}  // namespace sockwarden
