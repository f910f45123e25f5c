#include "agent/kernel/load.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "agent/kernel/capability_needs.h"
#include "agent/kernel/object.h"
#include "agent/kernel/option_suspension.h"
#include "agent/kernel/ring_reader.h"
#include "agent/kernel/scanner.h"
#include "agent/sandbox/capabilities.h"

namespace sockwarden {
namespace {

class LoadedKernel final : public Kernel {
 public:
  explicit LoadedKernel(Object object)
      : object_(std::move(object)),
        ring_(bpf_map__fd(object_.skeleton->maps.closed_connections)),
        scanner_(object_, ring_) {
    for (const auto& hook : object_.hooks) hooks_.push_back(hook.status);
  }

  tl::expected<void, Error> start() {
    if (!ring_.ok()) return tl::unexpected(Error{"read the ring of closed connections", "", errno, ""});
    return scanner_.start();
  }

  tl::expected<void, Error> give_up_capabilities() { return keep_capabilities(needed_after_attach(object_)); }

  tl::expected<Sample, ScanFailure> scan(const Wanted& wanted) override {
    object_.watch_sends(wanted.send_times);
    auto sample = scanner_.scan(wanted.details);
    suspend_options();
    return sample;
  }

  std::vector<std::uint64_t> stack(std::uint32_t stack_id) override {
    if (stack_id == 0) return {};
    const __u32 key = stack_id - 1;
    std::vector<std::uint64_t> frames(SW_STACK_DEPTH);
    if (bpf_map_lookup_elem(bpf_map__fd(object_.skeleton->maps.stacks), &key, frames.data()) != 0) return {};
    while (!frames.empty() && frames.back() == 0) frames.pop_back();
    return frames;
  }

  [[nodiscard]] const std::vector<HookStatus>& hooks() const override { return hooks_; }

 private:
  void suspend_options() {
    const auto hook = std::find_if(hooks_.begin(), hooks_.end(),
                                   [](const HookStatus& status) { return status.name == "setsockopt"; });
    if (hook == hooks_.end() || !hook->attached) return;
    const bool wanted = option_suspension_.wants_hook(object_.redundant_option_calls(), OptionSuspension::Clock::now());
    const bool suspended = !object_.watch_options(wanted);
    hook->variant = suspended ? "suspended" : "";
    hook->lost_by_variant =
        suspended ? "it was called for corks alone, too often: what is set within this minute is not counted" : "";
  }

  Object object_;
  RingReader ring_;
  Scanner scanner_;
  std::vector<HookStatus> hooks_;
  OptionSuspension option_suspension_;
};

}  // namespace

tl::expected<std::unique_ptr<Kernel>, Error> load_kernel(const KernelOptions& options) {
  const auto page = static_cast<std::uint32_t>(sysconf(_SC_PAGESIZE));
  if (options.ring_bytes < page || (options.ring_bytes & (options.ring_bytes - 1)) != 0)
    return tl::unexpected(Error{"use a ring of", std::to_string(options.ring_bytes) + " bytes", 0,
                                "it must be a power of two and at least " + std::to_string(page)});
  auto object = Object::load(options);
  if (!object) return tl::unexpected(object.error());
  if (auto attached = object->attach(); !attached) return tl::unexpected(attached.error());
  auto kernel = std::make_unique<LoadedKernel>(std::move(*object));
  if (auto started = kernel->start(); !started) return tl::unexpected(started.error());
  if (options.give_up_capabilities) {
    if (auto kept = kernel->give_up_capabilities(); !kept) return tl::unexpected(kept.error());
  }
  return kernel;
}

}  // namespace sockwarden
