#include "agent/publish/host_check.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace sockwarden {
namespace {

bool is_loopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24U == 127;
  return address == "::1";
}

bool names_loopback(const std::string& name) {
  return name == "localhost" || name.ends_with(".localhost") || is_loopback(name);
}

/// What this host calls itself, in full and up to the first dot.
std::vector<std::string> names_of_this_host() {
  std::array<char, 256> text{};
  if (gethostname(text.data(), text.size() - 1) != 0 || text[0] == '\0') return {};
  const std::string name = name_in_host(text.data());
  return {name, name.substr(0, name.find('.'))};
}

}  // namespace

std::string name_in_host(const std::string& header) {
  std::string name = header;
  if (name.starts_with('[')) {
    name = name.substr(1, name.find(']') - 1);
  } else if (const auto colon = name.find(':');
             colon != std::string::npos && name.find(':', colon + 1) == std::string::npos) {
    name.resize(colon);
  }
  if (name.ends_with('.')) name.pop_back();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return name;
}

HostCheck::HostCheck(const std::vector<std::string>& listening, std::vector<std::string> allowed)
    : own_(names_of_this_host()), allowed_(std::move(allowed)) {
  for (const auto& address : listening) own_.push_back(name_in_host(address));
}

bool HostCheck::allows(const std::string& header, const std::string& local) const {
  if (header.empty()) return true;
  const bool over_loopback = is_loopback(local);
  if (!over_loopback && allowed_.empty()) return true;
  const std::string name = name_in_host(header);
  if (name.empty()) return false;
  if (over_loopback ? names_loopback(name) : name == local) return true;
  if (std::find(own_.begin(), own_.end(), name) != own_.end()) return true;
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [&](const std::string& glob) { return fnmatch(glob.c_str(), name.c_str(), FNM_CASEFOLD) == 0; });
}

}  // namespace sockwarden
