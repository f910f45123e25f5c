#include "agent/evidence/unix_peer.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "agent/proc/file_text.h"

namespace sockwarden {

std::uint32_t unix_peer_of(std::uint32_t inode) {
  const OwnedFd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  struct {
    nlmsghdr header{};
    unix_diag_req request{};
  } question;
  question.header.nlmsg_len = sizeof(question);
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.request.sdiag_family = AF_UNIX;
  question.request.udiag_states = ~0U;
  question.request.udiag_ino = inode;
  question.request.udiag_show = UDIAG_SHOW_PEER;
  question.request.udiag_cookie[0] = question.request.udiag_cookie[1] = ~0U;  // INET_DIAG_NOCOOKIE
  if (!netlink || ::send(netlink.get(), &question, sizeof(question), 0) != sizeof(question)) return 0;

  alignas(nlmsghdr) std::array<char, 4096> answer{};
  auto left = ::recv(netlink.get(), answer.data(), answer.size(), 0);  // the kernel has answered within send()
  auto* header = reinterpret_cast<nlmsghdr*>(answer.data());
  if (left <= 0 || !NLMSG_OK(header, left) || header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return 0;
  auto* attribute = reinterpret_cast<rtattr*>(static_cast<char*>(NLMSG_DATA(header)) + sizeof(unix_diag_msg));
  auto bytes = header->nlmsg_len - NLMSG_LENGTH(sizeof(unix_diag_msg));
  for (; RTA_OK(attribute, bytes); attribute = RTA_NEXT(attribute, bytes)) {
    if (attribute->rta_type != UNIX_DIAG_PEER) continue;
    std::uint32_t peer = 0;
    std::memcpy(&peer, RTA_DATA(attribute), sizeof(peer));
    return peer;
  }
  return 0;
}

}  // namespace sockwarden
