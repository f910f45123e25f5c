// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * tp_btf/tcp_send_reset and tcp_receive_reset: an RST went out or came in (4.16+). Received: before the state changes;
 * sent: after it. The reason came as a third argument with 6.10: two programs, the loader picks one.
 * Writes: who reset, why, and the detail that waited for it.
 */
#include "bpf/lifecycle.bpf.h"

static __always_inline void reset_sent(struct sock *sk, __u32 reason)
{
	struct sw_record *record;
	struct tcp_sock *tp;

	if (!sk) /* no socket: an answer to a stray segment */
		return;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return;
	record = subflow_find(sk, mptcp_key(sk, tp));
	if (!record || !record->established_ns)
		return;
	record->flags |= SW_FLAG_RESET_SENT;
	record->reset_reason = reason;
	if (record->flags & SW_FLAG_DETAIL_DUE)
		detail_send(record, tp);
}

SEC("tp_btf/tcp_send_reset")
int BPF_PROG(socket_reset_sent, struct sock *sk, struct sk_buff *skb)
{
	reset_sent(sk, 0);
	return 0;
}

SEC("tp_btf/tcp_send_reset")
int BPF_PROG(socket_reset_sent_reason, struct sock *sk, struct sk_buff *skb, int reason)
{
	reset_sent(sk, (__u32)reason + 1);
	return 0;
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(socket_reset_received, struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct sw_record *record = tp ? subflow_find(sk, mptcp_key(sk, tp)) : 0;

	if (!record)
		return 0;
	record->flags |= SW_FLAG_RESET_RECEIVED;
	if (!record->peer_closed_ns)
		record->peer_closed_ns = bpf_ktime_get_ns();
	return 0;
}

/*
 * The socket goes away: last call for a detail that waited for a reset or for the program's release, for an end whose
 * event was missed, and for the hash's entry.
 */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(socket_destroyed, struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	__u64 key = tp ? mptcp_key(sk, tp) : 0;
	struct sw_record *record = tp ? subflow_find(sk, key) : 0;

	if (tp && record) {
		if (record->connect == SW_CONNECT_PENDING)
			connect_ended(record, connect_failure(sk, tp));
		else if (record->established_ns && record->role != SW_ROLE_LISTENER &&
			 !(record->flags & SW_FLAG_SETTLED))
			closed(record, sk, tp, sk->__sk_common.skc_state);
		if (record->flags & SW_FLAG_DETAIL_DUE) {
			note_unread_at_release(record, tp);
			detail_send(record, tp);
		}
	}
	if (key)
		bpf_map_delete_elem(&hashed_records, &key);
	if (!use_socket_storage) {
		key = record_key(sk);
		bpf_map_delete_elem(&hashed_records, &key);
	}
	return 0;
}
