/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * How a record goes through a connection's life. A program that its own event interrupts on the same CPU misses that
 * event, so each step can also be made up for by the next one: establishment by the first receive or a later state, the
 * peer's FIN by SOCK_DONE, our FIN by the state it left behind, the end by tcp_destroy_sock or, where even that was
 * kept from us, by the scan.
 */
#ifndef SOCKWARDEN_LIFECYCLE_BPF_H
#define SOCKWARDEN_LIFECYCLE_BPF_H

#include "bpf/mptcp.bpf.h"
#include "bpf/seed.bpf.h"
#include "bpf/settle.bpf.h"

static __always_inline void connect_ended(struct sw_record *record, __u8 outcome)
{
	struct rows rows = rows_find(record);

	record->connect = outcome;
	if (outcome < SW_CONNECT_COUNT)
		TOTALS_ADD(rows, connects[outcome], 1);
	if (outcome != SW_CONNECT_ESTABLISHED)
		return;
	record_count_opened(record, rows);
	latency_add(rows.role, SW_HISTOGRAM_CONNECT_US, record->connect_latency_us);
}

/*
 * The attempt is over, and no error is left that says why. A SYN that is still to be answered: the program closes the
 * socket. Without one the attempt failed before, its event was missed, and connect() has taken the error
 * (tcp_write_queue_purge() on each failure; a SYN that fast open defers is none yet).
 */
static __always_inline __u8 closed_while_connecting(const struct tcp_sock *tp)
{
	bool deferred = BPF_CORE_READ_BITFIELD(tp, fastopen_connect);

	if (tp->packets_out || deferred)
		return SW_CONNECT_ABANDONED;
	return tp->inet_conn.icsk_retransmits ? SW_CONNECT_TIMED_OUT : SW_CONNECT_OTHER;
}

static __always_inline __u8 connect_failure(const struct sock *sk, const struct tcp_sock *tp)
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
			return closed_while_connecting(tp);
		/* tcp_v4_connect() fails after SYN_SENT only for want of a port or, with one, of a route. */
		return sk->__sk_common.skc_num ? SW_CONNECT_UNREACHABLE : SW_CONNECT_NO_PORT;
	default:
		return SW_CONNECT_OTHER;
	}
}

static __always_inline void established(struct sw_record *record, const struct sock *sk, struct tcp_sock *tp)
{
	record->established_ns = bpf_ktime_get_ns();
	record->write_seq = tp->write_seq;
	record->copied_seq = tp->copied_seq;
	record_set_addresses(record, sk, true);
	if (bpf_core_field_exists(tp->is_mptcp) && tp->is_mptcp) /* absent where MPTCP is not built in */
		record->flags |= SW_FLAG_MPTCP;
	if (record->role == SW_ROLE_CLIENT) {
		record->connect_latency_us = (record->established_ns - record->birth_ns) / 1000;
		connect_ended(record, SW_CONNECT_ESTABLISHED);
		return;
	}
	record->birth_ns = record->established_ns;
	record->role = SW_ROLE_SERVER;
}

/* Our FIN is out and no descriptor refers to it. */
static __always_inline bool is_orphan(const struct sock *sk, int state)
{
	return !sk->sk_socket &&
	       (state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING || state == TCP_LAST_ACK);
}

/*
 * The record of a connection that has been established, whether or not that event was missed. Before seeding is done a
 * socket without a record may be older than the agent: the seeding will say so. So is one that was closed without a
 * record: to have missed its establishment and its close is as good as impossible.
 */
static __always_inline struct sw_record *record_of_connection(struct sock *sk, struct tcp_sock *tp, __u64 key,
							      int state)
{
	struct sw_record *record = subflow_find(sk, key);

	if (!seeding_done || (record && record->established_ns))
		return record;
	record = subflow_make(sk, key);
	if (!record)
		return 0;
	if (is_orphan(sk, state))
		record_seed(record, sk, tp, state, true);
	else
		established(record, sk, tp);
	return record;
}

static __always_inline bool was_connected(int state)
{
	return state == TCP_ESTABLISHED || state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 ||
	       state == TCP_CLOSE_WAIT || state == TCP_CLOSING || state == TCP_LAST_ACK;
}

/* The first end of a connection says who closed it and why; later ones only add facts. */
static __always_inline void ended_by(struct sw_record *record, __u8 closed_by, __u8 close_reason)
{
	if (record->closed_by)
		return;
	record->closed_by = closed_by;
	record->close_reason = close_reason;
}

static __always_inline void peer_fin(struct sw_record *record)
{
	if (record->flags & SW_FLAG_PEER_FIN)
		return;
	record->flags |= SW_FLAG_PEER_FIN;
	record->peer_closed_ns = bpf_ktime_get_ns();
	if (!(record->flags & SW_FLAG_OWN_FIN))
		ended_by(record, SW_CLOSED_BY_PEER, SW_CLOSE_REASON_FIN);
}

/* The peer's FIN whose own event was missed: tcp_fin() has left SOCK_DONE. */
static __always_inline void peer_fin_if_missed(struct sw_record *record, const struct sock *sk)
{
	if (sk->__sk_common.skc_flags & (1ul << SOCK_DONE))
		peer_fin(record);
}

static __always_inline void own_end(struct sw_record *record, const struct sock *sk, struct tcp_sock *tp,
				    __u8 close_reason)
{
	bool exiting;

	if (!in_owner_context(sk))
		return;
	exiting = in_scan() ? holder_ended(record) : task_exiting();
	record_claim(record, sk, exiting);
	record_note_latest_request(record, tp, true);
	peer_fin_if_missed(record, sk);
	if (!record->own_closed_ns)
		record->own_closed_ns = bpf_ktime_get_ns();
	if (exiting) {
		record->flags |= SW_FLAG_EXITING;
		close_reason = SW_CLOSE_REASON_EXIT;
	}
	ended_by(record, SW_CLOSED_BY_OWN, close_reason);
	if (record->flags & SW_FLAG_UNREAD_KNOWN)
		return;
	/* Only close() and exit give unread bytes up; shutdown() leaves them readable. */
	if (use_release_hook ? !(record->flags & SW_FLAG_RELEASED) : sk->sk_shutdown != 3)
		return;
	record->flags |= SW_FLAG_UNREAD_KNOWN;
	if (record->flags & SW_FLAG_MPTCP)
		return; /* what was read is not told of a subflow */
	record->unread_bytes = sequence_bytes(tp->copied_seq, tp->rcv_nxt, record->flags & SW_FLAG_PEER_FIN);
}

/*
 * The connection has ended while a client still holds it, and what the client does at last says whose doing that was:
 * after its shutdown() it may close with data unread, and on what the peer has reset while it was idle it may try to
 * send. (tcp_sock.app_limited is 0 while all that was sent is acknowledged, and each send sets it, also one that fails:
 * tcp_rate_check_app_limited(), net/ipv4/tcp.c and tcp_rate.c.)
 */
static __always_inline bool release_matters(const struct sw_record *record, const struct sock *sk,
					    const struct tcp_sock *tp)
{
	if (!use_release_hook || record->role != SW_ROLE_CLIENT || record->flags & (SW_FLAG_RELEASED | SW_FLAG_MPTCP))
		return false;
	if (in_owner_context(sk) || !sk->sk_socket)
		return false;
	if (record->flags & SW_FLAG_RESET_RECEIVED)
		return record->closed_by == SW_CLOSED_BY_PEER && record->close_reason == SW_CLOSE_REASON_RESET &&
		       !tp->app_limited;
	return record->flags & SW_FLAG_OWN_FIN && record->closed_by == SW_CLOSED_BY_OWN;
}

/* The release of what was shut down before and has ended since: what the program has left unread, it left for good. */
static __always_inline void note_unread_at_release(struct sw_record *record, const struct tcp_sock *tp)
{
	struct rows rows;

	if (!(record->flags & SW_FLAG_OWN_FIN) || record->flags & (SW_FLAG_UNREAD_KNOWN | SW_FLAG_RESET_RECEIVED) ||
	    !(record->flags & SW_FLAG_RELEASED) || task_exiting())
		return;
	record->flags |= SW_FLAG_UNREAD_KNOWN;
	record->unread_bytes = sequence_bytes(tp->copied_seq, tp->rcv_nxt, record->flags & SW_FLAG_PEER_FIN);
	if (!record->unread_bytes)
		return;
	rows = rows_find(record);
	TOTALS_ADD(rows, unread_closes, 1);
	TOTALS_ADD(rows, unread_bytes, record->unread_bytes);
}

static __always_inline void closed(struct sw_record *record, const struct sock *sk, struct tcp_sock *tp, int oldstate)
{
	__u64 now_ns = bpf_ktime_get_ns();

	record_note_latest_request(record, tp, true);
	peer_fin_if_missed(record, sk);
	if (oldstate == TCP_FIN_WAIT1 || oldstate == TCP_FIN_WAIT2 || oldstate == TCP_CLOSING ||
	    oldstate == TCP_LAST_ACK) {
		record->flags |= SW_FLAG_OWN_FIN;
		ended_by(record, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_FIN);
	}
	if (record->flags & SW_FLAG_RESET_RECEIVED) {
		ended_by(record, SW_CLOSED_BY_PEER, SW_CLOSE_REASON_RESET);
	} else if (sk->sk_err == ETIMEDOUT) {
		ended_by(record, SW_CLOSED_BY_NETWORK, SW_CLOSE_REASON_TIMEOUT);
	} else if (in_owner_context(sk)) {
		own_end(record, sk, tp, SW_CLOSE_REASON_RESET);
	} else if (record->flags & SW_FLAG_RESET_SENT) {
		ended_by(record, SW_CLOSED_BY_OWN, SW_CLOSE_REASON_RESET);
	}
	ended_by(record, SW_CLOSED_BY_NETWORK, SW_CLOSE_REASON_ERROR);
	record_settle(record, data_received(record, tp, true), data_acked(record, tp, true), now_ns);
	if (record->flags & SW_FLAG_OWN_FIN)
		ending_drop(record);
	/* Our own reset is traced after this, with its reason: tcp_send_reset or tcp_destroy_sock sends the detail. */
	if (in_owner_context(sk) && !(record->flags & (SW_FLAG_RESET_RECEIVED | SW_FLAG_OWN_FIN)))
		record->flags |= SW_FLAG_DETAIL_DUE;
	else if (release_matters(record, sk, tp))
		record->flags |= SW_FLAG_DETAIL_DUE; /* tcp_destroy_sock, after the release */
	else
		detail_send(record, tp);
}

#endif
