// The agent's settings: defaults, then the YAML file, then the environment, then flags.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sockwarden {

enum class Profile { production, development };

/// Which sockets and processes a rule speaks of. Empty fields match everything; all given fields must match.
struct TargetRule {
  std::string comm;    ///< glob (fnmatch) on the process name
  std::string exe;     ///< glob on the executable's path
  std::string cgroup;  ///< glob on the cgroup path
  std::optional<std::uint32_t> pid;
  std::optional<std::uint16_t> port;  ///< local or remote port
  bool operator==(const TargetRule&) const = default;
};

/// Durations after which a wait or a leak counts. Defaults depend on the profile.
struct Thresholds {
  std::chrono::milliseconds wait{};        ///< a wait that nothing ends: 30 s production, 4 s development
  std::chrono::milliseconds leak{};        ///< disuse before something counts as leaked: 60 s, 4 s
  std::chrono::milliseconds close_wait{};  ///< grace for a CLOSE_WAIT: 60 s, 4 s
  std::chrono::milliseconds unproven{};    ///< longer than any limit that people set: 1 h, 60 s
  std::uint32_t leak_count = 0;            ///< least growth of a count: 10, 3
  bool operator==(const Thresholds&) const = default;
};

struct ThresholdOverride {
  TargetRule match;  ///< plus `endpoint`, glob on "address:port"
  std::string endpoint;
  std::optional<std::chrono::milliseconds> wait, leak, close_wait, unproven;
  std::optional<std::uint32_t> leak_count;
  bool operator==(const ThresholdOverride&) const = default;
};

/// What is known, accepted and need not be heard of: findings that it matches are told as muted.
struct Mute {
  std::string class_name;  ///< empty = of every class
  TargetRule match;
  std::string endpoint;                                        ///< glob on "address:port" of the server
  std::optional<std::chrono::system_clock::time_point> until;  ///< empty = for ever
  std::string reason;
  bool operator==(const Mute&) const = default;
};

/// What processes are called of which nothing else tells the name.
struct IdentityRule {
  TargetRule match;
  std::string command_line;  ///< glob on the arguments with a space between each two
  std::string service;
  bool operator==(const IdentityRule&) const = default;
};

enum class LogFormat { automatic, text, json };

struct Config {
  Profile profile = Profile::production;

  struct Web {
    std::vector<std::string> listen_addresses{"127.0.0.1:10180", "[::1]:10180"};
    bool systemd_socket = false;  ///< serve on the sockets that systemd passes, not on listen_addresses
    std::string config_file;      ///< exporter-toolkit's web configuration (TLS, basic auth); empty = plain HTTP
    std::vector<std::string> allowed_hosts;  ///< globs on the name in Host; see HostCheck
    bool operator==(const Web&) const = default;
  } web;

  /// What API and page tell of processes.
  struct Api {
    bool full_command_lines = false;
    /// Parts of names whose values are hidden in command lines.
    std::vector<std::string> redact{"pass",       "pwd",         "secret",     "token",         "api-key",
                                    "access-key", "private-key", "credential", "authorization", "cookie"};
    bool other_users_in_full = false;  ///< else no more of them than /proc tells anybody, unless a password was given
    bool operator==(const Api&) const = default;
  } api;

  struct Log {
    std::string level = "info";  ///< debug, info, warn, error
    LogFormat format = LogFormat::automatic;
    bool operator==(const Log&) const = default;
  } log;

  struct Kernel {
    std::chrono::milliseconds scan_interval{};  ///< 0 = by profile: 5 s production, 1 s development
    std::uint32_t ring_bytes = 1 << 20;         ///< power of two, multiple of the page size
    std::uint32_t max_sockets = 131072;         ///< records, only where socket storage is missing
    std::uint32_t max_processes = 8192;
    std::uint32_t max_endpoints = 16384;
    bool protocol_parser = true;       ///< read the first bytes of each exchange (protocols and phases)
    bool stacks = true;                ///< user stack at connect()
    std::optional<bool> seed_orphans;  ///< run iter/tcp at the start; empty = only where there is no socket storage
    bool operator==(const Kernel&) const = default;
  } kernel;

  struct Metrics {
    std::vector<std::string> without_labels;   ///< of those in label_names(); series that are then alike are summed
    std::uint32_t endpoints_per_process = 50;  ///< the rest is folded into server_address="other"
    bool operator==(const Metrics&) const = default;
  } metrics;

  struct Targets {
    std::vector<TargetRule> include;  ///< empty = everything
    std::vector<TargetRule> exclude;
    bool operator==(const Targets&) const = default;
  } targets;

  struct Findings {
    std::chrono::seconds retention{15 * 60};  ///< how long resolved findings are kept
    std::vector<Mute> mute;                   ///< the first that matches says why
    bool operator==(const Findings&) const = default;
  } findings;

  struct IdentitySettings {
    std::vector<IdentityRule> rules;  ///< the first that matches wins over every other name
    bool operator==(const IdentitySettings&) const = default;
  } identity;

  Thresholds thresholds;                     ///< 0 = by profile; fill with `thresholds_of(profile)`
  std::vector<ThresholdOverride> overrides;  ///< the first that matches wins, field by field
  bool operator==(const Config&) const = default;
};

/// The built-in thresholds of a profile.
[[nodiscard]] Thresholds thresholds_of(Profile profile);
[[nodiscard]] std::chrono::milliseconds scan_interval_of(Profile profile);

/// Gives every value that is "by profile" the one of its profile.
[[nodiscard]] Config with_profile(Config config);

}  // namespace sockwarden
