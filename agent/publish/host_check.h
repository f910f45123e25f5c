// Whether a request was meant for this agent, by its Host: a page of somebody else's that points its own name at this
// address must not read from here (DNS rebinding).
#pragma once

#include <string>
#include <vector>

namespace sockwarden {

/// The name of a Host header, without port, brackets and the dot at its end, in small letters.
[[nodiscard]] std::string name_in_host(const std::string& header);

class HostCheck {
 public:
  /// `listening`: addresses as they are bound or configured, "127.0.0.1:10180". `allowed`: globs on names.
  HostCheck(const std::vector<std::string>& listening, std::vector<std::string> allowed);

  /// `local`: the connection's address on this side. Over loopback only what names this host is let in. Elsewhere
  /// whoever scrapes uses a name that this host may not know: all names, until `allowed` says which. No Host
  /// (HTTP/1.0): not from a browser.
  [[nodiscard]] bool allows(const std::string& header, const std::string& local) const;

 private:
  std::vector<std::string> own_;
  std::vector<std::string> allowed_;
};

}  // namespace sockwarden
