#include "agent/publish/peer.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace sockwarden {
namespace {

struct End {
  int family = AF_UNSPEC;
  std::array<std::uint32_t, 4> ip{};  ///< network order; IPv4 in the first
  std::uint16_t port = 0;             ///< network order
};

/// IPv4 in IPv6 is IPv4.
End end_of(const sockaddr_storage& address) {
  End end;
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    end.family = AF_INET;
    end.ip[0] = v4.sin_addr.s_addr;
    end.port = v4.sin_port;
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
    end.family = mapped ? AF_INET : AF_INET6;
    std::memcpy(end.ip.data(), &v6.sin6_addr.s6_addr[mapped ? 12 : 0], mapped ? 4 : 16);
    end.port = v6.sin6_port;
  }
  return end;
}

End end_of(int descriptor, int (*ask)(int, sockaddr*, socklen_t*)) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (ask(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return end_of(address);
}

struct Question {
  nlmsghdr header{};
  inet_diag_req_v2 request{};
};

/// The socket whose own end is `own`, connected to `other`.
Question question_about(const End& own, const End& other) {
  Question question;
  question.header.nlmsg_len = sizeof(question);
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  auto& request = question.request;
  request.sdiag_family = static_cast<__u8>(own.family);
  request.sdiag_protocol = IPPROTO_TCP;
  request.idiag_states = ~0U;
  request.id.idiag_sport = own.port;
  request.id.idiag_dport = other.port;
  std::memcpy(request.id.idiag_src, own.ip.data(), sizeof(own.ip));
  std::memcpy(request.id.idiag_dst, other.ip.data(), sizeof(other.ip));
  request.id.idiag_cookie[0] = request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return question;
}

std::optional<std::uint32_t> answer_to(int netlink, const Question& question) {
  if (send(netlink, &question, sizeof(question), 0) != sizeof(question)) return std::nullopt;
  alignas(nlmsghdr) std::array<char, 4096> answer{};
  const ssize_t size = recv(netlink, answer.data(), answer.size(), MSG_DONTWAIT);  // it is there when send() returns
  const auto* header = reinterpret_cast<const nlmsghdr*>(answer.data());
  if (size < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg))) || header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
    return std::nullopt;
  return static_cast<const inet_diag_msg*>(NLMSG_DATA(header))->idiag_uid;
}

}  // namespace

std::string local_host_of(int descriptor) {
  const End end = end_of(descriptor, getsockname);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (end.family == AF_UNSPEC || inet_ntop(end.family, end.ip.data(), text.data(), text.size()) == nullptr) return "";
  return text.data();
}

std::optional<std::uint32_t> user_at_other_end(int descriptor) {
  const End ours = end_of(descriptor, getsockname), theirs = end_of(descriptor, getpeername);
  if (ours.family == AF_UNSPEC || theirs.family != ours.family) return std::nullopt;
  const int netlink = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0) return std::nullopt;
  const auto user = answer_to(netlink, question_about(theirs, ours));
  close(netlink);
  return user;
}

}  // namespace sockwarden
