#include <time.h>

#include <cstring>

#include "agent/evidence/probe.h"

namespace sockwarden {
namespace {

struct Deadlines {
  std::int64_t read_ns = 0, write_ns = 0;  ///< 0 = none, -1 = passed, else CLOCK_MONOTONIC
  std::uint32_t fd = 0;
};

template <typename Number>
bool read_at(const ProcessView& process, std::uint64_t address, Number& number) {
  return process.read_memory(address, &number, sizeof(number));
}

bool plausible(std::int64_t deadline) { return deadline >= -1; }

/// What is read must name this descriptor and itself; otherwise the layout is not that of this runtime.
std::optional<Deadlines> read_deadlines(const ProcessView& process, const PollDescLayout& layout, std::uint64_t address,
                                        std::uint32_t fd) {
  std::uint64_t found_fd = 0, self = 0;
  Deadlines deadlines;
  deadlines.fd = fd;
  const bool readable = read_at(process, address + layout.fd, found_fd) &&
                        read_at(process, address + layout.self, self) &&
                        read_at(process, address + layout.read_deadline, deadlines.read_ns) &&
                        read_at(process, address + layout.write_deadline, deadlines.write_ns);
  const bool right =
      readable && found_fd == fd && self == address && plausible(deadlines.read_ns) && plausible(deadlines.write_ns);
  return right ? std::optional<Deadlines>(deadlines) : std::nullopt;
}

std::optional<Deadlines> find_deadlines(Probe& probe) {
  auto& process = probe.process;
  for (const auto epoll : process.epolls()) {
    const auto entry = process.entry(epoll, probe.question.fd, probe.question.inode);
    if (!entry) continue;
    for (const auto& layout : probe.go->layouts) {
      for (const auto address : poll_desc_addresses(entry->data)) {
        if (auto deadlines = read_deadlines(process, layout, address, entry->fd)) return deadlines;
      }
    }
  }
  return std::nullopt;
}

std::int64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::nanoseconds(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec)).count();
}

}  // namespace

std::optional<Evidence> ask_go_deadline(Probe& probe) {
  if (probe.go == nullptr || probe.go->layouts.empty()) return std::nullopt;
  const auto deadlines = find_deadlines(probe);
  if (!deadlines) return std::nullopt;
  const auto& question = probe.question;
  const bool reads = question.direction == WaitDirection::receive;
  const auto deadline = reads ? deadlines->read_ns : deadlines->write_ns;
  const std::string side = reads ? "read" : "write";
  Evidence evidence;
  evidence.basis = Basis::deadline;
  evidence.facts["fd"] = static_cast<std::int64_t>(deadlines->fd);
  if (!probe.go->release.empty()) evidence.facts["go_release"] = probe.go->release;
  auto& fact = evidence.facts["go_" + side + "_deadline_in_seconds"];
  fact = nullptr;
  evidence.sentence = "the Go runtime's " + side + " deadline of fd " + std::to_string(deadlines->fd);
  if (deadline > 0) {
    const std::chrono::nanoseconds left(deadline - monotonic_ns());
    fact = in_seconds(left);
    evidence.verdict = Verdict::finite;
    evidence.timeout = question.waited + left;
    evidence.sentence += left.count() > 0 ? " is due in " + in_words(left) : " is due now";
  } else if (deadline < 0) {
    evidence.verdict = Verdict::finite;
    evidence.sentence += " has passed";
  } else {
    evidence.sentence += " is not set";
    // A server of net/http sets every timeout of HTTP/1 on the descriptor. Clients, HTTP/2 and others also use timers.
    const std::string sign = question.serves_http_1 ? std::string() : probe.timers.sign();
    evidence.verdict = sign.empty() ? Verdict::infinite : Verdict::timer_pending;
    if (!question.serves_http_1 && sign.empty()) evidence.sentence += ", and no timer is pending in the whole process";
    if (!sign.empty()) evidence.sentence += "; a timer may be pending: " + sign;
  }
  return evidence;
}

}  // namespace sockwarden
