#include <charconv>
#include <iostream>
#include <memory>

#include "agent/cli/command.h"
#include "agent/cli/display.h"
#include "agent/cli/output_format.h"
#include "agent/contract/build_info.h"
#include "agent/kernel/host.h"
#include "agent/publish/json.h"

namespace sockwarden {
namespace {

/// Socket records and iterators are there since 5.10.
constexpr std::pair oldest_kernel{5, 10};

bool supports(const HostAbility& host) {
  std::pair found{0, 0};
  const char* const end = host.kernel_release.data() + host.kernel_release.size();
  const char* dot = std::from_chars(host.kernel_release.data(), end, found.first).ptr;
  if (dot != end) std::from_chars(dot + 1, end, found.second);
  return host.btf && found >= oldest_kernel;
}

std::string kernel_text(const HostAbility& host) {
  std::string text = printable(host.kernel_release) + (host.btf ? ", with BTF: " : ", without BTF: ");
  return text + (supports(host) ? "supported; sockwarden doctor tries it" : "not supported, 5.10 or later with BTF is");
}

int run(const OutputFormat& format) {
  const BuildInfo& build = this_build();
  const HostAbility host = probe_host();
  if (format.json()) {
    const Json json{
        {"version", build.version},
        {"revision", build.revision},
        {"build",
         {{"compiler", build.compiler}, {"type", build.type}, {"libbpf", build.libbpf}, {"machine", build.machine}}},
        {"kernel", {{"release", host.kernel_release}, {"btf", host.btf}, {"supported", supports(host)}}}};
    std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    return exit_good;
  }
  std::cout << "sockwarden " << build.version << "\n"
            << "revision   " << build.revision << "\n"
            << "build      " << build.compiler << ", " << build.type << ", libbpf " << build.libbpf << ", "
            << build.machine << "\n"
            << "kernel     " << kernel_text(host) << "\n";
  return exit_good;
}

}  // namespace

Command version_command() {
  return {"version", "Version, revision and build, and whether this kernel is supported",
          "  sockwarden version\n"
          "  sockwarden version --format json\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto format = std::make_shared<OutputFormat>();
            format->declare(app);
            return [format] { return run(*format); };
          }};
}

}  // namespace sockwarden
