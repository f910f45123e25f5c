#include "agent/inspection/wait_questions.h"

#include <catch2/catch.hpp>

namespace sockwarden {
namespace {

Question about(std::uint32_t pid) {
  Question question;
  question.pid = pid;
  return question;
}

struct Host {
  Model model;

  void process(std::uint32_t pid, std::uint32_t parent) {
    Process& process = model.processes[pid];
    process.serial = process.pid = pid;
    process.facts.parent_pid = parent;
    model.serial_by_pid[pid] = pid;
  }
  void socket(std::uint64_t inode, std::uint32_t pid, bool limited = false) {
    Connection& connection = model.connections.emplace_back();
    connection.inode = inode;
    connection.process = connection.pid = pid;
    if (limited) connection.options.receive_timeout = std::chrono::seconds(1);
  }
};

}  // namespace

TEST_CASE("the questions of a process go together") {
  const auto parts = by_process({about(7), about(8), about(7)}, Model());
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].all.size() == 2);
  CHECK(parts[1].all.size() == 1);
}

TEST_CASE("the reader is told of a process's sockets, and of its family's, and of no others'") {
  Host host;
  host.process(10, 1);
  for (const std::uint32_t child : {20, 21}) host.process(child, 10);
  host.process(30, 20);
  host.process(40, 1);
  for (const std::uint32_t pid : {10, 20, 21, 30, 40}) host.socket(pid * 100, pid, pid == 20);
  const auto parts = by_process({about(20)}, host.model);
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].sockets ==
        std::unordered_map<std::uint64_t, bool>{{1000, false}, {2000, true}, {2100, false}, {3000, false}});
}

TEST_CASE("the reader is told of the sockets of whoever shares the connection") {
  Host host;
  for (const std::uint32_t pid : {10, 20}) host.process(pid, 1);
  host.socket(2000, 20);
  Question question = about(10);
  question.holders = {20};
  CHECK(by_process({question}, host.model).at(0).sockets.contains(2000));
}

}  // namespace sockwarden
