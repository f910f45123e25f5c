#include "agent/kernel/btf.h"

#include <bpf/btf.h>

#include <algorithm>

namespace sockwarden {

void KernelBtf::Free::operator()(btf* types) const { btf__free(types); }

std::optional<KernelBtf> KernelBtf::load() {
  btf* types = btf__load_vmlinux_btf();
  if (types == nullptr) return std::nullopt;
  return KernelBtf(types);
}

std::optional<int> KernelBtf::tracepoint_arguments(const std::string& name) const {
  // typedef void (*btf_trace_NAME)(void *, ...): the first argument is the tracepoint's own.
  const int typedef_id = btf__find_by_name_kind(types_.get(), ("btf_trace_" + name).c_str(), BTF_KIND_TYPEDEF);
  if (typedef_id < 0) return std::nullopt;
  const btf_type* type = btf__type_by_id(types_.get(), btf__type_by_id(types_.get(), typedef_id)->type);
  if (type == nullptr || !btf_is_ptr(type)) return std::nullopt;
  type = btf__type_by_id(types_.get(), type->type);
  if (type == nullptr || !btf_is_func_proto(type)) return std::nullopt;
  return btf_vlen(type) - 1;
}

int KernelBtf::function(const std::string& name) const {
  return std::max(0, btf__find_by_name_kind(types_.get(), name.c_str(), BTF_KIND_FUNC));
}

bool KernelBtf::socket_storage_in_tracing() const {
  // bpf_sk_storage_get_tracing_proto came with it (kernel commit 8e4597c627fb, 5.11).
  return function("bpf_sk_storage_get_tracing") != 0;
}

bool KernelBtf::iterator(const std::string& target) const {
  return btf__find_by_name_kind(types_.get(), ("bpf_iter__" + target).c_str(), BTF_KIND_STRUCT) >= 0;
}

}  // namespace sockwarden
