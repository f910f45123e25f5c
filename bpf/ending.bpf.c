// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Run by the agent (BPF_PROG_TEST_RUN of a raw tracepoint's program, 5.10+) for each connection that has been ending
 * for a while: its socket is looked at by its address, which is that of a TCP socket for ever (SLAB_TYPESAFE_BY_RCU),
 * but maybe of another one. Where it is gone, its end was kept from the tracing programs.
 *
 * Writes: the totals of such a connection. Two programs, the loader picks one: bpf_rdonly_cast() (6.2+) reads the
 * socket also under lockdown=confidentiality, probe_read before.
 */
#include "bpf/cast.bpf.h"
#include "bpf/settle.bpf.h"

/* The event that ends a connection may be under way on another CPU. */
#define ENDING_GRACE_NS 1000000000ull

/* skc_num is given back before the event of the end; the state changes after it (inet_sk_state_store()). */
static __always_inline bool is_there(const struct sw_record *record, const struct tcp_sock *tp, bool direct)
{
	const struct inet_sock *inet = &tp->inet_conn.icsk_inet;
	__u16 local, remote;
	__u8 state;

	SOCKET_READ(state, inet, sk.__sk_common.skc_state);
	SOCKET_READ(local, inet, inet_sport);
	SOCKET_READ(remote, inet, sk.__sk_common.skc_dport);
	return (state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING || state == TCP_LAST_ACK) &&
	       local == __builtin_bswap16(record->local.port) && remote == __builtin_bswap16(record->remote.port);
}

static __always_inline int settle_if_gone(__u64 id, bool direct)
{
	struct sw_ending *ending = bpf_map_lookup_elem(&ending_connections, &id);
	__u64 now_ns = bpf_ktime_get_ns();
	struct tcp_sock *tp;

	if (!ending || !ending->sk || now_ns - ending->connection.read_ns < ENDING_GRACE_NS)
		return SW_ENDING_GOES_ON;
	tp = direct ? KERNEL_CAST((void *)ending->sk, struct tcp_sock) : (struct tcp_sock *)ending->sk;
	if (is_there(&ending->connection.record, tp, direct))
		return SW_ENDING_GOES_ON;
	/* Gone: what its event, if there was one, has taken away by now. */
	ending = bpf_map_lookup_elem(&ending_connections, &id);
	if (!ending || !ending->sk)
		return SW_ENDING_GOES_ON;
	loss_count(SW_LOSS_MISSED);
	record_settle(&ending->connection.record, ending->connection.socket.bytes_received,
		      ending->connection.socket.bytes_acked, now_ns);
	ending->sk = 0; /* once */
	return SW_ENDING_ENDED;
}

SEC("raw_tp")
int ending_settle(struct bpf_raw_tracepoint_args *ctx)
{
	return settle_if_gone(ctx->args[0], true);
}

/* Before 6.2. */
SEC("raw_tp")
int ending_settle_by_probe(struct bpf_raw_tracepoint_args *ctx)
{
	return settle_if_gone(ctx->args[0], false);
}
