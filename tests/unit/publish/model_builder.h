// Models that set only what a test speaks of.
#pragma once

#include <chrono>
#include <string>

#include "agent/publish/published.h"

namespace sockwarden::test {

inline Instant at(std::chrono::nanoseconds since_boot) { return Instant{since_boot}; }

inline Address address(const std::string& last_byte, std::uint16_t port) {
  Address result;
  result.ip[10] = result.ip[11] = 0xff;
  result.ip[12] = 10;
  result.ip[15] = static_cast<std::uint8_t>(std::stoi(last_byte));
  result.port = port;
  return result;
}

inline Process process(std::uint32_t serial, std::uint32_t pid, const std::string& comm) {
  Process result;
  result.serial = serial;
  result.pid = pid;
  result.identity.comm = comm;
  result.identity.service = comm;
  return result;
}

inline Connection connection(std::uint64_t id, const Process& owner, Role role, TcpState state) {
  Connection result;
  result.id = id;
  result.process = owner.serial;
  result.pid = owner.pid;
  result.role = role;
  result.state = state;
  result.local = address("1", 8080);
  if (role != Role::listener) result.remote = address("7", 41000);
  return result;
}

inline LedgerEntry finding(const std::string& id, const Process& owner, const std::string& class_name) {
  LedgerEntry entry;
  entry.id = id;
  entry.finding.class_name = class_name;
  entry.finding.process = owner.serial;
  entry.finding.count = 1;
  entry.process = owner;
  entry.total = 1;
  return entry;
}

inline void add(Model& model, const Process& process) { model.processes[process.serial] = process; }

}  // namespace sockwarden::test
