#include "agent/model/reset_reason.h"

#include <array>

namespace sockwarden {
namespace {

// enum sk_rst_reason, include/net/rstreason.h, the same from 6.12 to 6.18.
constexpr std::array names{"not_specified",
                           "no_socket",
                           "tcp_invalid_ack_sequence",
                           "tcp_rfc7323_paws",
                           "tcp_too_old_ack",
                           "tcp_ack_unsent_data",
                           "tcp_flags",
                           "tcp_old_ack",
                           "tcp_abort_on_data",
                           "tcp_timewait_socket",
                           "invalid_syn",
                           "tcp_abort_on_close",
                           "tcp_abort_on_linger",
                           "tcp_abort_on_memory",
                           "tcp_state",
                           "tcp_keepalive_timeout",
                           "tcp_disconnect_with_data",
                           "mptcp_rst_eunspec",
                           "mptcp_rst_emptcp",
                           "mptcp_rst_eresource",
                           "mptcp_rst_eprohibit",
                           "mptcp_rst_ewq2big",
                           "mptcp_rst_ebadperf",
                           "mptcp_rst_emiddlebox",
                           "error"};

}  // namespace

std::string reset_reason_of(std::uint32_t recorded) {
  if (recorded == 0) return {};
  const std::uint32_t reason = recorded - 1;
  return reason < names.size() ? names[reason] : "reason " + std::to_string(reason);
}

}  // namespace sockwarden
