#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "agent/model/model.h"

namespace sockwarden {
namespace {

constexpr std::array<std::uint8_t, 12> v4_mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

bool Address::is_v4() const { return std::equal(v4_mapped_prefix.begin(), v4_mapped_prefix.end(), ip.begin()); }

std::string Address::host() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    inet_ntop(AF_INET, ip.data() + v4_mapped_prefix.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, ip.data(), text.data(), text.size());
  }
  return text.data();
}

std::string Address::string() const {
  const std::string end = ":" + std::to_string(port);
  return is_v4() ? host() + end : "[" + host() + "]" + end;
}

Address Address::from(const sw_address& raw) {
  Address address;
  std::memcpy(address.ip.data(), raw.ip, sizeof raw.ip);
  address.port = raw.port;
  return address;
}

}  // namespace sockwarden
