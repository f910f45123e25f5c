// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * tp_btf/tcp_rcv_space_adjust: the application took data from a TCP socket (4.16+); once a segment, process context
 * with the socket held; for recv, splice, zero-copy and io_uring alike. MSG_PEEK fires too and leaves copied_seq.
 * Writes: exchanges, idle gaps, time to first byte, the owner of an accepted connection.
 *
 * This is the one hook that fires for every message of every program, so it asks the kernel for nothing that the socket
 * knows: when the request left and when the answer came is in tcp_sock, and no hook on sending is needed. Even a cheap
 * helper is 11 to 14 ns here (6.18, kernel.bpf_stats_enabled, over an empty program), a fourth of all the rest: that of
 * the socket storage is the one it cannot do without.
 *
 * sock_recv_length would also show EOF and EAGAIN, for 97 to 145 ns each receive. It is not used: copied_seq already
 * counts a FIN that was read.
 */
#include "bpf/cast.bpf.h"
#include "bpf/lifecycle.bpf.h"

static __always_inline void first_byte(struct sw_record *record, __u64 sent_us, __u64 came_us)
{
	__u64 waited_us;
	__u32 bucket;

	waited_us = came_us > sent_us ? came_us - sent_us : 0;
	record->first_byte_count++;
	record->first_byte_sum_ns += waited_us * NS_PER_US;
	if (waited_us * NS_PER_US > record->first_byte_max_ns)
		record->first_byte_max_ns = waited_us * NS_PER_US;
	bucket = latency_bucket(waited_us);
	if (bucket >= SW_BUCKETS)
		return;
	/* Kept here until the end: finding the process's histogram each time costs as much as all the rest. */
	if (record->first_bytes[bucket] == 0xffff)
		first_bytes_fold(record, process_role_find(record->process, record->role));
	record->first_bytes[bucket]++;
}

/*
 * Exchanges in which nothing but the handshake and session tickets was taken: tickets may come before the request, and
 * be taken in an exchange of their own that looks like one more request. What is taken first does not tell how the
 * exchange goes on.
 */
static __always_inline void handshake(struct sw_record *record)
{
	const struct sw_flow *answer = &record->wire.flow[SW_INGRESS];

	if (!(answer->flags & SW_FLOW_TLS_1_3))
		return;
	if (!answer->tls.data_records)
		record->wire.handshake_exchanges = record->exchanges;
	else if (record->wire.handshake_exchanges == record->exchanges)
		record->wire.handshake_exchanges--;
}

static __always_inline int received(struct sock *sk, struct tcp_sock *tp)
{
	struct sw_record *record;
	__u32 copied_seq, write_seq;
	__u64 now_ns, last_ns, sent_us;

	record = record_of_connection(sk, tp, 0, TCP_ESTABLISHED);
	if (!record)
		return 0;
	copied_seq = tp->copied_seq;
	write_seq = tp->write_seq;
	if (copied_seq == record->copied_seq) {
		record->flags |= SW_FLAG_PEEKED;
		return 0;
	}
	record_claim(record, sk, false);
	if (sent_since_receive(record, write_seq)) {
		sent_us = tp->first_tx_mstamp;
		record->exchanges++;
		record_note_request(record, sent_us);
		if (record->role == SW_ROLE_CLIENT)
			first_byte(record, sent_us, tp->tcp_mstamp);
		record->write_seq = write_seq;
	} else if (!(record->flags & SW_FLAG_RECEIVED)) {
		record->exchanges++;
	}
	record->flags |= SW_FLAG_RECEIVED;
	if (use_protocol_parser)
		handshake(record);
	now_ns = coarse_now_ns();
	last_ns = record->last_receive_ns ? record->last_receive_ns : record->established_ns;
	if (now_ns > last_ns && now_ns - last_ns > record->longest_idle_ns)
		record->longest_idle_ns = now_ns - last_ns;
	record->last_receive_ns = now_ns;
	if (record->role != SW_ROLE_CLIENT)
		record->receiver_tid = (__u32)bpf_get_current_pid_tgid();
	record->copied_seq = copied_seq;
	return 0;
}

SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(socket_receive, struct sock *sk)
{
	return received(sk, KERNEL_CAST(sk, struct tcp_sock));
}

/* Before 6.2. */
SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(socket_receive_by_helper, struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	return tp ? received(sk, tp) : 0;
}
