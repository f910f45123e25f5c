#include "agent/publish/listen_address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace sockwarden {
namespace {

constexpr const char* form = "write it as address:port, [ipv6]:port or :port, with a port from 0 to 65535";
constexpr int backlog = 128;

Error failure(const std::string& text, int code, const std::string& advice) {
  return {"listen on", text, code, advice};
}

std::string advice_for(int code) {
  switch (code) {
    case EADDRINUSE:
      return "stop what listens there (ss -ltnp shows it), or choose another address with --web.listen-address";
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return "this host has no such address (ip address shows them); choose another with --web.listen-address";
    case EACCES:
      return "choose a port of 1024 or above, or grant CAP_NET_BIND_SERVICE";
    default:
      return "choose another address with --web.listen-address";
  }
}

bool is_port(const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 5 &&
                      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  return digits && std::stoul(text) <= 65535;
}

/// Empty, with errno set, on failure.
BoundSocket bound_to(const addrinfo& address, bool dual_stack) {
  BoundSocket bound(socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  if (bound.descriptor() < 0) return bound;
  const int on = 1;
  const int v6_only = dual_stack ? 0 : 1;
  setsockopt(bound.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (address.ai_family == AF_INET6) {
    setsockopt(bound.descriptor(), IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof(v6_only));
  }
  if (bind(bound.descriptor(), address.ai_addr, address.ai_addrlen) != 0 || listen(bound.descriptor(), backlog) != 0) {
    const int code = errno;
    bound = BoundSocket(-1);
    errno = code;
  }
  return bound;
}

tl::expected<std::vector<BoundSocket>, Error> bind_all(const ListenAddress& wanted, bool dual_stack) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  const bool everywhere = wanted.host.empty();
  if (everywhere) hints.ai_family = AF_INET6;
  addrinfo* found = nullptr;
  const int fault = getaddrinfo(everywhere ? "::" : wanted.host.c_str(), wanted.port.c_str(), &hints, &found);
  if (fault != 0) return tl::unexpected(failure(wanted.text + ": " + gai_strerror(fault), 0, form));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::vector<BoundSocket> sockets;
  int code = 0;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    BoundSocket bound = bound_to(*address, dual_stack);
    if (bound.descriptor() >= 0) {
      sockets.push_back(std::move(bound));
    } else if (code == 0 || code == EADDRNOTAVAIL) {
      code = errno;
    }
  }
  const bool unavailable = code == EADDRNOTAVAIL || code == EAFNOSUPPORT;
  if (code != 0 && (sockets.empty() || !unavailable)) {
    if (everywhere && code == EAFNOSUPPORT) return bind_all({"0.0.0.0", wanted.port, wanted.text}, false);
    return tl::unexpected(failure(wanted.text, code, advice_for(code)));
  }
  return sockets;
}

bool is_v6_loopback(const ListenAddress& address) { return address.host == "::1"; }

}  // namespace

tl::expected<ListenAddress, Error> parse_listen_address(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return tl::unexpected(failure('"' + text + '"', 0, form));
  ListenAddress address{text.substr(0, colon), text.substr(colon + 1), text};
  std::string& host = address.host;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool wellformed = bracketed || host.find_first_of(":[]") == std::string::npos;
  if (!wellformed || !is_port(address.port)) return tl::unexpected(failure('"' + text + '"', 0, form));
  return address;
}

tl::expected<std::vector<BoundSocket>, Error> listen_on(const std::vector<std::string>& addresses) {
  std::vector<ListenAddress> wanted;
  for (const auto& text : addresses) {
    auto address = parse_listen_address(text);
    if (!address) return tl::unexpected(address.error());
    wanted.push_back(std::move(*address));
  }
  std::vector<BoundSocket> sockets;
  std::vector<Error> left_out;
  for (const auto& address : wanted) {
    // As in Go, [::] takes IPv4 too, unless IPv4 has its own address here.
    const bool dual_stack = std::none_of(wanted.begin(), wanted.end(), [&](const ListenAddress& other) {
      return other.host == "0.0.0.0" && other.port == address.port;
    });
    auto bound = bind_all(address, dual_stack);
    if (bound) {
      std::move(bound->begin(), bound->end(), std::back_inserter(sockets));
      continue;
    }
    const int code = bound.error().code;
    if (!is_v6_loopback(address) || (code != EADDRNOTAVAIL && code != EAFNOSUPPORT))
      return tl::unexpected(bound.error());
    left_out.push_back(bound.error());
  }
  if (sockets.empty()) {
    return tl::unexpected(left_out.empty() ? failure("nothing", 0, "give --web.listen-address") : left_out.front());
  }
  for (const auto& error : left_out) spdlog::warn("{}", error.message());
  return sockets;
}

}  // namespace sockwarden
