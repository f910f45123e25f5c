#include "agent/inspection/wait_questions.h"

#include <initializer_list>
#include <unordered_map>
#include <utility>

namespace sockwarden {
namespace {

constexpr std::size_t most_questions = 1024;  // of one process
constexpr std::size_t most_own = 8192;        // sockets: more than threads are looked at
constexpr std::size_t most_with_family = 1024;

/// Whom a process's sockets concern.
using Concerned = std::unordered_map<std::uint32_t, std::vector<WaitQuestions*>>;

void add(Concerned& concerned, std::uint32_t pid, WaitQuestions& questions) {
  auto& all = concerned[pid];
  if (all.empty() || all.back() != &questions) all.push_back(&questions);
}

/// Those that are asked about it, or about a connection that it holds, too.
Concerned by_own(std::vector<WaitQuestions>& parts) {
  Concerned concerned;
  for (WaitQuestions& part : parts) {
    for (const Question& question : part.all) {
      add(concerned, question.pid, part);
      for (const std::uint32_t holder : question.holders) add(concerned, holder, part);
    }
  }
  return concerned;
}

/// Those that are asked about its parent or its child, and of one with children those that are asked about another.
Concerned by_family(std::vector<WaitQuestions>& parts, const Model& model) {
  Concerned concerned;
  for (WaitQuestions& part : parts) {
    const std::uint32_t pid = part.all.front().pid;
    add(concerned, pid, part);
    const Process* process = model.process_of_pid(pid);
    if (process != nullptr && process->facts.parent_pid > 1) add(concerned, process->facts.parent_pid, part);
  }
  return concerned;
}

void tell(const Concerned& concerned, std::uint32_t pid, const Connection& connection, std::size_t most) {
  const auto found = concerned.find(pid);
  if (found == concerned.end()) return;
  const SocketOptions& options = connection.options;
  const bool has_timeout = options.receive_timeout.count() != 0 || options.send_timeout.count() != 0;
  for (WaitQuestions* questions : found->second) {
    if (questions->sockets.size() < most) questions->sockets.emplace(connection.inode, has_timeout);
  }
}

void add_sockets(std::vector<WaitQuestions>& parts, const Model& model) {
  const Concerned own = by_own(parts);
  for (const Connection& connection : model.connections) {
    for (const std::uint32_t pid : {connection.pid, connection.holder_pid, connection.opener_pid})
      tell(own, pid, connection, most_own);
  }
  const Concerned family = by_family(parts, model);
  for (const Connection& connection : model.connections) {
    tell(family, connection.pid, connection, most_with_family);
    if (const Process* process = model.process_of(connection))
      tell(family, process->facts.parent_pid, connection, most_with_family);
  }
}

}  // namespace

std::vector<WaitQuestions> by_process(const std::vector<Question>& questions, const Model& model) {
  std::vector<WaitQuestions> parts;
  std::unordered_map<std::uint32_t, std::size_t> part_of;  // by pid
  for (const Question& question : questions) {
    const auto [part, added] = part_of.try_emplace(question.pid, parts.size());
    if (added) parts.emplace_back();
    auto& all = parts[part->second].all;
    if (all.size() < most_questions) all.push_back(question);
  }
  if (!parts.empty()) add_sockets(parts, model);
  return parts;
}

}  // namespace sockwarden
