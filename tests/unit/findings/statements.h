// Builders: only what matters to the ledger.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/findings/ledger.h"

namespace sockwarden::testing {

using namespace std::chrono_literals;

inline Model model_at(std::chrono::seconds time) {
  Model model;
  model.time = Instant(1000s + time);
  model.wall = WallTime(1'700'000'000s + time);
  for (const std::uint32_t serial : {1U, 2U, 3U}) {
    Process process;
    process.serial = serial;
    process.pid = 100 + serial;
    process.identity = {"app" + std::to_string(serial), {}, {}};
    process.facts.pid = process.pid;
    process.facts.start_ticks = 5000 + serial;
    model.processes[serial] = process;
  }
  return model;
}

inline Finding finding(const std::string& class_name, std::uint64_t count = 1, const std::string& qualifier = {},
                       const std::string& remote = "10.0.0.7:80", std::uint32_t process = 1) {
  Finding finding;
  finding.class_name = class_name;
  finding.qualifier = qualifier;
  finding.process = process;
  finding.role = Role::client;
  finding.remote = remote;
  finding.count = count;
  return finding;
}

inline Finding finding_of(const std::string& class_name, std::vector<std::uint64_t> subjects,
                          const std::string& qualifier = {}) {
  Finding made = finding(class_name, subjects.size(), qualifier);
  made.subjects = std::move(subjects);
  return made;
}

inline std::vector<std::string> classes_of(const Ledger& ledger) {
  std::vector<std::string> classes;
  for (const LedgerEntry& entry : ledger.entries())
    classes.push_back(entry.finding.class_name + (entry.active ? "" : " (resolved)"));
  std::sort(classes.begin(), classes.end());
  return classes;
}

}  // namespace sockwarden::testing
