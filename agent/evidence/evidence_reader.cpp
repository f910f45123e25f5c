#include "agent/evidence/evidence_reader.h"

#include <sys/stat.h>

#include <unordered_map>

#include "agent/evidence/probe.h"
#include "agent/evidence/process_view.h"
#include "agent/evidence/sole_wait.h"

namespace sockwarden {
namespace {

constexpr std::size_t most_binaries = 256;

void add_notes(const Question& question, Evidence& evidence) {
  evidence.connection = question.connection;
  evidence.facts["proof"] = evidence.sentence;
  if (question.direction == WaitDirection::work) return;
  evidence.facts["keep_alive"] = question.keep_alive;
  if (question.keep_alive) {
    evidence.notes.push_back(
        "Keep-alive is on: it ends the wait for a host that is gone, not for a peer that stays silent.");
  }
  if (question.user_timeout.count() != 0) {
    evidence.facts["tcp_user_timeout_seconds"] = in_seconds(question.user_timeout);
    evidence.notes.push_back(
        "TCP_USER_TIMEOUT is " + in_words(question.user_timeout) +
        ": it ends the wait for a host that does not acknowledge, not for a peer that stays silent.");
  }
  if (question.direction == WaitDirection::connect && evidence.verdict == Verdict::infinite) {
    evidence.notes.push_back("The kernel gives up after its SYN retries; that is no timeout of the program.");
  }
}

std::string why_silent(const ProcessView& process) {
  const auto& threads = process.threads();
  for (const auto& thread : threads) {
    if (thread.wait.call == "io_uring_enter") {
      return "thread " + std::to_string(thread.id) + " waits in io_uring_enter, which does not show for what";
    }
  }
  auto sentence = "no thread of process " + std::to_string(process.pid()) + " waits for this connection";
  if (process.thread_count() > threads.size()) {
    sentence +=
        " among the first " + std::to_string(threads.size()) + " of its " + std::to_string(process.thread_count());
  }
  return sentence;
}

}  // namespace

/// A process, looked at once for all questions about it.
struct EvidenceReader::Visit {
  Visit(std::uint32_t pid, std::uint64_t start_ticks) : process(pid, start_ticks) {}
  ProcessView process;
  const GoBinary* go = nullptr;
  std::unique_ptr<PendingTimer> timers;
  std::unordered_map<const SocketInodes*, bool>
      sole;  ///< by what it was asked about: the same for all of its questions
};

const GoBinary* EvidenceReader::go_binary(const std::string& executable) {
  struct stat status {};
  if (::stat(executable.c_str(), &status) != 0) return nullptr;
  const BinaryKey key{status.st_dev, status.st_ino, status.st_mtim.tv_sec};
  auto [known, added] = binaries_.try_emplace(key);
  if (added) known->second = read_go_binary(executable);
  return known->second ? &*known->second : nullptr;
}

std::vector<Evidence> EvidenceReader::answer(const std::vector<Question>& questions,
                                             const HasSocketTimeout& has_timeout) {
  if (binaries_.size() >= most_binaries) binaries_.clear();
  std::unordered_map<std::uint32_t, std::unique_ptr<Visit>> visits;
  const auto visit = [&](std::uint32_t pid, std::uint64_t start_ticks) -> Visit& {
    auto& visited = visits[pid];
    if (!visited) {
      visited = std::make_unique<Visit>(pid, start_ticks);
      auto& process = visited->process;
      if (process.failure().empty()) visited->go = go_binary(process.executable());
      visited->timers = std::make_unique<PendingTimer>(process, visited->go, has_timeout, v8_);
    }
    return *visited;
  };
  const auto ask = [&](const Question& question, std::uint32_t pid) -> Evidence {
    Visit& visited = visit(pid, pid == question.pid ? question.start_ticks : 0);
    Evidence none;
    none.sentence = visited.process.failure();
    if (!none.sentence.empty()) return none;
    Probe probe{visited.process, question, visited.go, *visited.timers};
    for (const auto rule : {ask_held_request, ask_blocked_thread, ask_go_deadline, ask_event_loop}) {
      auto evidence = rule(probe);
      if (!evidence) continue;
      if (question.besides && evidence->verdict == Verdict::infinite) {
        const auto [known, added] = visited.sole.try_emplace(question.besides.get());
        if (added) known->second = is_sole_wait(probe);
        evidence->sole = known->second;
      }
      if (evidence->sole) evidence->sentence += "; the process waits for nothing else";
      return *evidence;
    }
    none.sentence = why_silent(visited.process);
    return none;
  };

  std::vector<Evidence> answers;
  answers.reserve(questions.size());
  for (const auto& question : questions) {
    auto evidence = ask(question, question.pid);
    // The descriptor may have been passed on: to a process known to hold it, or to a child by fork.
    const auto ask_others = [&](const std::vector<std::uint32_t>& others) {
      for (const auto pid : others) {
        if (evidence.verdict != Verdict::unknown) return;
        if (pid == question.pid || question.inode == 0) continue;
        auto other = ask(question, pid);
        if (other.verdict == Verdict::unknown) continue;
        evidence = std::move(other);
        evidence.facts["held_by_pid"] = static_cast<std::int64_t>(pid);
        evidence.sentence += " (in process " + std::to_string(pid) + ", which shares the connection)";
      }
    };
    ask_others(question.holders);
    if (evidence.verdict == Verdict::unknown) ask_others(visit(question.pid, question.start_ticks).process.children());
    add_notes(question, evidence);
    answers.push_back(std::move(evidence));
  }
  return answers;
}

}  // namespace sockwarden
