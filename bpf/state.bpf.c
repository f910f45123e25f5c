// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * tp_btf/inet_sock_set_state: every change of a TCP socket's state (4.16+). Process context with the socket held
 * (sk_lock.owned) for connect, listen, shutdown, close and exit; softirq or timer otherwise.
 * Writes: the record's birth, owner, ends, and the totals. There is no event for TIME_WAIT: a connection that goes
 * there shows FIN_WAIT2 -> CLOSE.
 */
#include "bpf/records.bpf.h"
#include "bpf/settle.bpf.h"

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
	record->flags &= ~SW_FLAG_CONNECT_STARTED;
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

static __always_inline void connect_ended(struct sw_record *record, __u8 outcome)
{
	struct rows rows = rows_find(record);

	record->connect = outcome;
	if (outcome < SW_CONNECT_COUNT)
		TOTALS_ADD(rows, connects[outcome], 1);
	if (outcome != SW_CONNECT_ESTABLISHED)
		return;
	record_count_opened(record, rows);
	histogram_add(rows.role, SW_HISTOGRAM_CONNECT_US, record->connect_latency_us);
}

static __always_inline __u8 connect_failure(const struct sock *sk)
{
	switch (sk->sk_err) {
	case ECONNREFUSED:
		return SW_CONNECT_REFUSED;
	case ETIMEDOUT:
		return SW_CONNECT_TIMED_OUT;
	case EHOSTUNREACH:
	case ENETUNREACH:
		return SW_CONNECT_UNREACHABLE;
	case 0:
		if (!in_owner_context(sk))
			return SW_CONNECT_OTHER;
		if (sk->sk_shutdown)
			return SW_CONNECT_ABANDONED;
		/* tcp_v4_connect() fails after SYN_SENT only for want of a port or, with one, of a route. */
		return sk->__sk_common.skc_num ? SW_CONNECT_UNREACHABLE : SW_CONNECT_NO_PORT;
	default:
		return SW_CONNECT_OTHER;
	}
}

static __always_inline void listening(void *ctx, struct sw_record *record, const struct sock *sk)
{
	long stack;

	record->birth_ns = record->established_ns = bpf_ktime_get_ns();
	record->role = SW_ROLE_LISTENER;
	record_set_addresses(record, sk, true);
	record_claim(record, sk, false);
	if (!use_stacks)
		return;
	stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
	if (stack >= 0)
		record->stack_id = stack + 1;
}

static __always_inline void established(struct sw_record *record, const struct sock *sk, struct tcp_sock *tp)
{
	record->established_ns = bpf_ktime_get_ns();
	record->write_seq = tp->write_seq;
	record->copied_seq = tp->copied_seq;
	record_set_addresses(record, sk, true);
	if (tp->is_mptcp)
		record->flags |= SW_FLAG_MPTCP;
	if (record->role == SW_ROLE_CLIENT) {
		record->connect_latency_us = (record->established_ns - record->birth_ns) / 1000;
		connect_ended(record, SW_CONNECT_ESTABLISHED);
		return;
	}
	record->birth_ns = record->established_ns;
	record->role = SW_ROLE_SERVER;
}

/* The first end of a connection names its closer and manner; later ones only add facts. */
static __always_inline void ended_by(struct sw_record *record, __u8 closer, __u8 manner)
{
	if (record->closer)
		return;
	record->closer = closer;
	record->manner = manner;
}

static __always_inline void own_end(struct sw_record *record, const struct sock *sk, struct tcp_sock *tp, __u8 manner)
{
	bool exiting = task_exiting();

	if (!in_owner_context(sk))
		return;
	record_claim(record, sk, exiting);
	if (!record->own_closed_ns)
		record->own_closed_ns = bpf_ktime_get_ns();
	if (exiting) {
		record->flags |= SW_FLAG_EXITING;
		manner = SW_MANNER_EXIT;
	}
	ended_by(record, SW_CLOSER_OWN, manner);
	if (record->flags & SW_FLAG_UNREAD_KNOWN)
		return;
	/* Only close() and exit give unread bytes up; shutdown() leaves them readable. */
	if (use_release_hook ? !(record->flags & SW_FLAG_RELEASED) : sk->sk_shutdown != 3)
		return;
	record->flags |= SW_FLAG_UNREAD_KNOWN;
	record->unread_bytes = sequence_bytes(tp->copied_seq, tp->rcv_nxt, record->flags & SW_FLAG_PEER_FIN);
}

static __always_inline void closed(struct sw_record *record, const struct sock *sk, struct tcp_sock *tp)
{
	__u64 now_ns = bpf_ktime_get_ns();

	if (record->flags & SW_FLAG_RESET_RECEIVED) {
		ended_by(record, SW_CLOSER_PEER, SW_MANNER_RESET);
	} else if (sk->sk_err == ETIMEDOUT) {
		ended_by(record, SW_CLOSER_NETWORK, SW_MANNER_TIMEOUT);
	} else if (in_owner_context(sk)) {
		own_end(record, sk, tp, SW_MANNER_RESET);
	} else if (record->flags & SW_FLAG_RESET_SENT) {
		ended_by(record, SW_CLOSER_OWN, SW_MANNER_RESET);
	}
	ended_by(record, SW_CLOSER_NETWORK, SW_MANNER_ERROR);
	record_settle(record, tp, now_ns);
	/* Our own reset is traced after this, with its reason: tcp_send_reset or tcp_destroy_sock sends the detail. */
	if (in_owner_context(sk) && !(record->flags & (SW_FLAG_RESET_RECEIVED | SW_FLAG_OWN_FIN)))
		record->flags |= SW_FLAG_DETAIL_DUE;
	else
		detail_send(record, tp);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(socket_state, struct sock *sk, int oldstate, int newstate)
{
	struct sw_record *record;
	struct tcp_sock *tp;

	if (sk->sk_protocol == IPPROTO_MPTCP && newstate == TCP_ESTABLISHED)
		loss_count(SW_LOSS_MPTCP_PARENT);
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;

	if (newstate == TCP_SYN_SENT || newstate == TCP_LISTEN || newstate == TCP_ESTABLISHED)
		record = record_make(sk);
	else
		record = record_find(sk);
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
		established(record, sk, tp);
		break;
	case TCP_CLOSE_WAIT:
	case TCP_CLOSING:
		record->flags |= SW_FLAG_PEER_FIN;
		record->peer_closed_ns = bpf_ktime_get_ns();
		ended_by(record, SW_CLOSER_PEER, SW_MANNER_FIN);
		break;
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
		own_end(record, sk, tp, SW_MANNER_FIN);
		record->flags |= SW_FLAG_OWN_FIN;
		break;
	case TCP_CLOSE:
		if (oldstate == TCP_SYN_SENT)
			connect_ended(record, connect_failure(sk));
		else if (oldstate != TCP_LISTEN && record->established_ns && !(record->flags & SW_FLAG_SETTLED))
			closed(record, sk, tp);
		break;
	}
	return 0;
}
