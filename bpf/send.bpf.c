// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * tp_btf/sock_send_length: a send returned (6.3+), process context; sendfile and splice too.
 * Writes: when the request went out, to the nanosecond. Without it, tcp_sock.lsndtime tells it to the jiffy.
 */
#include "bpf/records.bpf.h"
#include "bpf/owners.bpf.h"

SEC("tp_btf/sock_send_length")
int BPF_PROG(socket_send, struct sock *sk, int ret, int flags)
{
	struct sw_record *record;
	struct tcp_sock *tp;

	if (ret <= 0)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	record = record_find(sk);
	if (!record)
		return 0;
	record->last_send_ns = bpf_ktime_get_ns();
	/* Where the answer was read already, by another thread, this send is no open request. */
	if (!record->request_sent_ns && record->write_seq != tp->write_seq)
		record->request_sent_ns = record->last_send_ns;
	return 0;
}
