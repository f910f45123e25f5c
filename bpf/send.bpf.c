// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * tp_btf/sock_send_length: a send returned (6.3+), process context; sendfile and splice too. Attached only while the
 * agent asks for it, since it costs every send of the host as much as the rest does a request: some message of small
 * parts was late, and when the program gave its end tells whether the host held it back.
 * Writes: when the program last gave data.
 */
#include "bpf/records.bpf.h"

SEC("tp_btf/sock_send_length")
int BPF_PROG(socket_send, struct sock *sk, int ret, int flags)
{
	struct sw_record *record;

	if (ret <= 0 || !bpf_skc_to_tcp_sock(sk))
		return 0;
	record = record_find(sk);
	if (record)
		record->last_send_ns = bpf_ktime_get_ns();
	return 0;
}
