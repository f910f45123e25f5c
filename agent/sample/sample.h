// What one scan read from the kernel and from /proc: raw, cumulative, not interpreted.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bpf/record.h"

namespace sockwarden {

/// CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns().
using Instant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

/// Of nanoseconds of CLOCK_MONOTONIC as the kernel side notes them; 0 = it has not happened.
[[nodiscard]] inline std::optional<Instant> instant_of(std::uint64_t ns) {
  if (ns == 0) return std::nullopt;
  return Instant(std::chrono::nanoseconds(ns));
}

/// What /proc says of a process. A field that could not be read is empty.
struct ProcessFacts {
  std::uint32_t pid = 0;
  std::uint32_t parent_pid = 0;
  std::uint64_t start_ticks = 0;  ///< /proc/PID/stat field 22; with the pid it identifies a process
  std::optional<std::uint32_t> real_uid;
  std::string comm;
  std::vector<std::string> cmdline;  ///< cut to a bound; then the last is "…"
  std::optional<std::uint32_t> uid;  ///< that /proc shows it to belong to: root's where it may not be read
  std::string exe;
  std::string cgroup;                             ///< path below the cgroup2 root (or the systemd hierarchy)
  std::string container_id;                       ///< found in the cgroup path, or empty
  std::string container_runtime;                  ///< "docker", "containerd", "cri-o", "podman", "lxc", or empty
  std::string pod_uid;                            ///< of Kubernetes, found in the cgroup path, or empty
  std::string slice;                              ///< systemd slice found in the cgroup path, or empty
  std::string unit;                               ///< systemd unit found in the cgroup path, or empty
  std::string service;                            ///< what people call it; empty: what comm says
  bool is_named_by_unit = false;                  ///< `service` is the name of all processes of its unit
  std::optional<std::uint64_t> descriptor_limit;  ///< RLIMIT_NOFILE, soft
  std::optional<std::uint64_t> descriptor_count;
};

/// Of the memory that its texts take, about.
[[nodiscard]] inline std::size_t bytes_of_texts(const ProcessFacts& facts) {
  std::size_t bytes = facts.cmdline.capacity() * sizeof(std::string) + facts.comm.capacity() + facts.exe.capacity() +
                      facts.cgroup.capacity() + facts.container_id.capacity() + facts.container_runtime.capacity() +
                      facts.pod_uid.capacity() + facts.slice.capacity() + facts.unit.capacity() +
                      facts.service.capacity();
  for (const std::string& argument : facts.cmdline) bytes += argument.capacity();
  return bytes;
}

struct ProcessSample {
  sw_process process{};
  std::array<std::optional<sw_process_role>, SW_ROLE_COUNT> roles;
  bool retired = false;  ///< it exited, nothing of it is left, and this is the last time that its rows appear
};

struct EndpointSample {
  sw_endpoint_key key{};
  sw_totals totals{};
  bool retired = false;
};

struct OptionSample {
  sw_other_option_key key{};
  std::uint64_t count = 0;
};

struct RefusedBindSample {
  sw_refused_bind_key key{};
  sw_refused_bind refused{};
};

/// How full a table of the kernel or of the agent is.
struct TableFill {
  std::string name;
  std::optional<std::uint64_t> entries;   ///< empty: it is not counted
  std::optional<std::uint64_t> capacity;  ///< empty: what is new always has room
  std::uint64_t bytes = 0;                ///< of memory, about
};

struct Sample {
  Instant time{};
  WallTime wall{};
  std::uint64_t number = 0;
  std::vector<sw_connection> live;    ///< every socket that has a record
  std::vector<sw_connection> closed;  ///< ended since the last Sample, as far as the ring held them
  std::vector<ProcessSample> processes;
  std::vector<EndpointSample> endpoints;
  std::vector<OptionSample> other_options;
  std::vector<RefusedBindSample> refused_binds;
  std::unordered_map<std::uint32_t, sw_descriptor_counts> descriptors;  ///< by pid
  std::vector<sw_descriptor> descriptor_details;                        ///< of the pids asked for
  std::unordered_map<std::uint32_t, ProcessFacts> facts;                ///< by pid
  std::array<std::uint64_t, SW_LOSS_COUNT> losses{};
  std::vector<TableFill> tables;
  std::chrono::nanoseconds scan_duration{};
};

}  // namespace sockwarden
