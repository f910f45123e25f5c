// What the running kernel's type information says of the hooks.
#pragma once

#include <memory>
#include <optional>
#include <string>

struct btf;

namespace sockwarden {

class KernelBtf {
 public:
  /// The running kernel's BTF, or nothing where it was built without.
  static std::optional<KernelBtf> load();

  /// Arguments of a raw tracepoint ("inet_sock_set_state"); nothing if this kernel lacks it.
  [[nodiscard]] std::optional<int> tracepoint_arguments(const std::string& name) const;

  /// Whether tracing programs may keep socket storage: the helper's own flag for it came with 5.11.
  [[nodiscard]] bool socket_storage_in_tracing() const;

  /// BTF type of a function of the kernel, by which a kfunc is called; 0 if this kernel lacks it.
  [[nodiscard]] int function(const std::string& name) const;

  /// Whether an iterator over `target` ("tcp", "task_file", …) exists.
  [[nodiscard]] bool iterator(const std::string& target) const;

 private:
  struct Free {
    void operator()(btf* types) const;
  };
  explicit KernelBtf(btf* types) : types_(types) {}
  std::unique_ptr<btf, Free> types_;
};

}  // namespace sockwarden
