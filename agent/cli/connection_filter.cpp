#include "agent/cli/connection_filter.h"

#include <fnmatch.h>

#include <algorithm>
#include <cctype>

#include "agent/config/nearest.h"

namespace sockwarden {
namespace {

const std::vector<std::string> known_roles{"client", "server", "listener", "queued", "unknown"};
const std::vector<std::string> known_states{"ESTABLISHED", "SYN_SENT",  "SYN_RECV", "FIN_WAIT1",
                                            "FIN_WAIT2",   "TIME_WAIT", "CLOSE",    "CLOSE_WAIT",
                                            "LAST_ACK",    "LISTEN",    "CLOSING",  "NEW_SYN_RECV"};

/// "close-wait" -> "CLOSE_WAIT"; ss's short names too.
std::string canonical_state(std::string name) {
  for (char& letter : name) {
    letter = letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  if (name == "ESTAB") return "ESTABLISHED";
  if (name == "FIN_WAIT_1") return "FIN_WAIT1";
  if (name == "FIN_WAIT_2") return "FIN_WAIT2";
  if (name == "LISTENING") return "LISTEN";
  return name;
}

template <class T, class Match>
bool any(const std::vector<T>& wanted, Match match) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), match);
}

bool glob(const std::string& pattern, const std::string& text) {
  return !text.empty() && fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

std::string host_of(const std::string& address) { return address.substr(0, address.rfind(':')); }

std::string port_of(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  return colon == std::string::npos ? "" : address.substr(colon + 1);
}

/// An exact text comes first: the brackets of "[::1]:80" are a set in a glob.
bool is_remote(const std::string& wanted, const std::string& remote) {
  if (remote.empty()) return false;
  const std::string host = host_of(remote);
  if (wanted == remote || wanted == host || "[" + wanted + "]" == host) return true;
  if (wanted == ":" + port_of(remote)) return true;
  return glob(wanted, remote);
}

}  // namespace

void ConnectionFilter::declare(CLI::App& app) {
  const auto add = [&app](const char* name, auto& values, const char* help) {
    app.add_option(name, values, help)->type_name("")->type_size(1)->allow_extra_args(false);
  };
  add("--pid", pids, "only of this process; like every filter repeatable");
  add("--comm", comms, "only of processes with this name; * and ? match any");
  add("--service", services, "only of services with this name; * and ? match any");
  add("--exe", exes, "only of processes that run this file; * and ? match any");
  add("--remote", remotes, "only with this peer: address, address:port or :port");
  add("--port", ports, "only with this port, local or remote");
  add("--role", roles, "only client, server, listener, queued or unknown");
  add("--state", states, "only in this TCP state, for instance close-wait");
}

tl::expected<void, std::string> ConnectionFilter::check() {
  for (const std::string& role : roles) {
    if (std::find(known_roles.begin(), known_roles.end(), role) == known_roles.end()) {
      return tl::unexpected("\"" + role + "\" is no role; " + suggestion(role, known_roles));
    }
  }
  for (std::string& state : states) {
    const std::string canonical = canonical_state(state);
    if (std::find(known_states.begin(), known_states.end(), canonical) == known_states.end()) {
      return tl::unexpected("\"" + state + "\" is no TCP state; " + suggestion(canonical, known_states));
    }
    state = canonical;
  }
  return {};
}

bool ConnectionFilter::matches(const ConnectionRow& row) const {
  const auto is_port = [&](std::uint16_t port) {
    const std::string text = std::to_string(port);
    return text == port_of(row.local) || text == port_of(row.remote);
  };
  return any(pids, [&](std::uint32_t pid) { return row.pid == pid; }) &&
         any(comms, [&](const std::string& pattern) { return glob(pattern, row.comm); }) &&
         any(services, [&](const std::string& pattern) { return glob(pattern, row.service); }) &&
         any(exes, [&](const std::string& pattern) { return glob(pattern, row.exe); }) &&
         any(remotes, [&](const std::string& wanted) { return is_remote(wanted, row.remote); }) &&
         any(ports, is_port) && any(roles, [&](const std::string& role) { return row.role == role; }) &&
         any(states, [&](const std::string& state) { return row.state == state; });
}

}  // namespace sockwarden
