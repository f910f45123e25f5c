/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Sockets that are older than the agent: what can be said of them, marked as such. */
#ifndef SOCKWARDEN_SEED_BPF_H
#define SOCKWARDEN_SEED_BPF_H

#include "bpf/owners.bpf.h"
#include "bpf/records.bpf.h"
#include "bpf/sockets.bpf.h"

/* Tells servers from clients where the beginning of a connection was not seen. */
static __always_inline void note_listener(const struct sock *sk, bool direct)
{
	struct listen_port port = {};
	__u32 one = 1;

	port.netns = socket_netns(sk, direct);
	SOCKET_READ(port.port, sk, __sk_common.skc_num);
	if (bpf_map_update_elem(&listen_ports, &port, &one, BPF_ANY))
		loss_count(SW_LOSS_LISTENER);
}

static __always_inline void record_seed(struct sw_record *record, struct sock *sk, struct tcp_sock *tp, __u8 state,
					bool direct)
{
	struct listen_port port = {};
	__u64 now_ns = bpf_ktime_get_ns();
	__u16 local_port;

	record->birth_ns = now_ns;
	record_set_addresses(record, sk, direct);
	if (!record->local.port) { /* at the event of its end it has been given back (tcp_set_state()) */
		SOCKET_READ(local_port, tp, inet_conn.icsk_inet.inet_sport);
		record->local.port = __builtin_bswap16(local_port);
	}
	if (state == TCP_SYN_SENT) {
		record->role = SW_ROLE_CLIENT;
		record->connect = SW_CONNECT_PENDING;
		return;
	}
	record->flags |= SW_FLAG_PREEXISTING;
	record->established_ns = now_ns;
	SOCKET_READ(record->write_seq, tp, write_seq);
	SOCKET_READ(record->copied_seq, tp, copied_seq);
	if (state == TCP_LISTEN) {
		record->role = SW_ROLE_LISTENER;
		return;
	}
	port.netns = record->netns;
	port.port = record->local.port;
	record->role = bpf_map_lookup_elem(&listen_ports, &port) ? SW_ROLE_SERVER : SW_ROLE_CLIENT;
	if (state == TCP_CLOSE_WAIT || state == TCP_LAST_ACK || state == TCP_CLOSING) {
		record->flags |= SW_FLAG_PEER_FIN;
		record->closed_by = SW_CLOSED_BY_PEER;
		record->close_reason = SW_CLOSE_REASON_FIN;
	}
	if (state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_LAST_ACK || state == TCP_CLOSING)
		record->flags |= SW_FLAG_OWN_FIN;
	if (state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2) {
		record->closed_by = SW_CLOSED_BY_OWN;
		record->close_reason = SW_CLOSE_REASON_FIN;
	}
}

#endif
