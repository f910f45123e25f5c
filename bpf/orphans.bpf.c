// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * iter/tcp: once, at the start, where the agent is told to (kernel.seed_orphans): connections of its own network
 * namespace that are older and that no descriptor refers to (accept queue, closed and not yet gone) (5.9+). Never in a
 * scan: under churn the iterator takes references of sockets that are being freed (seen on 6.18: "refcount_t: addition
 * on 0"). Writes: their records.
 */
#include "bpf/seed.bpf.h"

SEC("iter/tcp")
int seed_orphans(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	struct sw_record *record;
	struct tcp_sock *tp;
	struct sock *sk;
	__u8 state;

	if (!common)
		return 0;
	tp = bpf_skc_to_tcp_sock(common);
	if (!tp)
		return 0;
	sk = &tp->inet_conn.icsk_inet.sk;
	state = sk->__sk_common.skc_state;
	if (state == TCP_CLOSE)
		return 0;
	record = record_make(tp);
	if (record && !record->birth_ns)
		record_seed(record, sk, tp, state, true);
	return 0;
}
