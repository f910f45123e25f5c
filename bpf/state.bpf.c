// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * tp_btf/inet_sock_set_state: every change of a TCP socket's state (4.16+). Process context with the socket held
 * (sk_lock.owned) for connect, listen, shutdown, close and exit; softirq or timer otherwise.
 * Writes: the record's birth, owner, ends, and the totals. A program that is interrupted by its own event on the same
 * CPU misses that event (kernels after 5.10): lifecycle.bpf.h makes up for each that can be missed. There is no event
 * for TIME_WAIT: a connection that goes there shows FIN_WAIT2 -> CLOSE.
 */
#include "bpf/lifecycle.bpf.h"

static __always_inline void connect_started(void *ctx, struct sw_record *record, const struct sock *sk)
{
	__u64 id = record->id, options_set = record->options_set;
	struct rows rows;
	long stack;

	if (record->birth_ns) { /* the same socket again, after a failure or a disconnect */
		__builtin_memset(record, 0, sizeof(*record));
		id = record_id_new();
	}
	record->id = id;
	record->options_set = options_set;
	record->birth_ns = bpf_ktime_get_ns();
	record->role = SW_ROLE_CLIENT;
	record->connect = SW_CONNECT_PENDING;
	record->flags &= ~(SW_FLAG_CONNECT_STARTED | SW_FLAG_BINDING);
	record_set_addresses(record, sk, true);
	record_claim(record, sk, false);
	if (use_stacks) {
		stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
		if (stack >= 0)
			record->stack_id = stack + 1;
		else
			loss_count(SW_LOSS_STACK);
	}
	rows = rows_find(record);
	TOTALS_ADD(rows, connects[SW_CONNECT_PENDING], 1);
}

static __always_inline void listening(void *ctx, struct sw_record *record, const struct sock *sk)
{
	long stack;

	record->birth_ns = record->established_ns = bpf_ktime_get_ns();
	record->flags &= ~SW_FLAG_BINDING;
	record->role = SW_ROLE_LISTENER;
	record_set_addresses(record, sk, true);
	record_claim(record, sk, false);
	note_listener(sk, true);
	if (!use_stacks)
		return;
	stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
	if (stack >= 0)
		record->stack_id = stack + 1;
	else
		loss_count(SW_LOSS_STACK);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(socket_state, struct sock *sk, int oldstate, int newstate)
{
	struct sw_record *record;
	struct tcp_sock *tp;
	__u64 key;

	if (sk->sk_protocol == IPPROTO_MPTCP && newstate == TCP_ESTABLISHED)
		loss_count(SW_LOSS_MPTCP_PARENT);
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;

	key = mptcp_key(sk, tp);
	if (newstate == TCP_SYN_SENT || newstate == TCP_LISTEN || newstate == TCP_ESTABLISHED)
		record = subflow_make(sk, key);
	else if (was_connected(oldstate))
		record = record_of_connection(sk, tp, key, oldstate);
	else
		record = subflow_find(sk, key);
	if (!record)
		return 0;

	switch (newstate) {
	case TCP_SYN_SENT:
		connect_started(ctx, record, sk);
		break;
	case TCP_LISTEN:
		listening(ctx, record, sk);
		break;
	case TCP_ESTABLISHED:
		if (!record->established_ns || record->flags & SW_FLAG_SETTLED)
			established(record, sk, tp);
		break;
	case TCP_CLOSE_WAIT:
	case TCP_CLOSING:
		peer_fin(record);
		break;
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
		own_end(record, sk, tp, SW_CLOSE_REASON_FIN);
		record->flags |= SW_FLAG_OWN_FIN;
		ending_keep(record, tp, newstate);
		break;
	case TCP_CLOSE:
		if (oldstate == TCP_SYN_SENT)
			connect_ended(record, connect_failure(sk, tp));
		else if (oldstate != TCP_LISTEN && record->established_ns && !(record->flags & SW_FLAG_SETTLED))
			closed(record, sk, tp, oldstate);
		break;
	}
	return 0;
}
