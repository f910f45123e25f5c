#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string>

#include "agent/model/model.h"

namespace sockwarden {
namespace {

constexpr std::array<std::uint8_t, 12> v4_mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// inet_ntop() formats by printf, which is most of the time of a search in very many connections.
std::string v4_text(const std::uint8_t* bytes) {
  std::array<char, INET_ADDRSTRLEN> text{};
  char* at = text.data();
  for (int i = 0; i < 4; ++i) {
    if (i != 0) *at++ = '.';
    at = std::to_chars(at, text.end(), bytes[i]).ptr;
  }
  return {text.data(), at};
}

}  // namespace

bool Address::is_v4() const { return std::equal(v4_mapped_prefix.begin(), v4_mapped_prefix.end(), ip.begin()); }

std::string Address::host() const {
  if (is_v4()) return v4_text(ip.data() + v4_mapped_prefix.size());
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, ip.data(), text.data(), text.size());
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
