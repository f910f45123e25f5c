/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What a struct sock says of itself: addresses, and a snapshot of its state and options. */
#ifndef SOCKWARDEN_SOCKETS_BPF_H
#define SOCKWARDEN_SOCKETS_BPF_H

#include "bpf/clock.bpf.h"

/* include/net/sock.h, enum sock_flags */
#define SOCK_DONE	 1
#define SOCK_KEEPOPEN	 3
#define SOCK_LINGER	 4
#define SOCK_SNDBUF_LOCK 1
#define SOCK_RCVBUF_LOCK 2
/* include/linux/tcp.h */
#define TCP_NAGLE_OFF  1
#define TCP_NAGLE_CORK 2

static __always_inline void address_set_v4(struct sw_address *out, __be32 ip)
{
	__builtin_memset(out->ip, 0, 10);
	out->ip[10] = out->ip[11] = 0xff;
	__builtin_memcpy(out->ip + 12, &ip, 4);
}

/*
 * `direct`: plain BTF loads on a trusted pointer (tracing programs, iterators over sockets). Otherwise probe_read on a
 * pointer that is only a number (iterators without socket storage).
 */
#define SOCKET_READ(out, ptr, field)                                                                                   \
	do {                                                                                                           \
		if (direct)                                                                                            \
			(out) = (ptr)->field;                                                                          \
		else                                                                                                   \
			(out) = BPF_CORE_READ(ptr, field);                                                             \
	} while (0)
#define SOCKET_READ_BITS(out, ptr, field)                                                                              \
	do {                                                                                                           \
		if (direct)                                                                                            \
			(out) = BPF_CORE_READ_BITFIELD(ptr, field);                                                    \
		else                                                                                                   \
			(out) = BPF_CORE_READ_BITFIELD_PROBED(ptr, field);                                             \
	} while (0)

static __always_inline void address_set_v6(struct sw_address *out, const struct in6_addr *ip, bool direct)
{
	__be32 words[4];

	SOCKET_READ(words[0], ip, in6_u.u6_addr32[0]);
	SOCKET_READ(words[1], ip, in6_u.u6_addr32[1]);
	SOCKET_READ(words[2], ip, in6_u.u6_addr32[2]);
	SOCKET_READ(words[3], ip, in6_u.u6_addr32[3]);
	__builtin_memcpy(out->ip, words, 16);
}

static __always_inline __u32 socket_netns(const struct sock *sk, bool direct)
{
	if (!direct)
		return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	return sk->__sk_common.skc_net.net->ns.inum;
}

static __always_inline void record_set_addresses(struct sw_record *record, const struct sock *sk, bool direct)
{
	const struct sock_common *common = &sk->__sk_common;
	__be32 ip;
	__u16 value;

	SOCKET_READ(value, common, skc_family);
	record->family = value;
	if (value == AF_INET6) {
		address_set_v6(&record->local, &common->skc_v6_rcv_saddr, direct);
		address_set_v6(&record->remote, &common->skc_v6_daddr, direct);
	} else {
		SOCKET_READ(ip, common, skc_rcv_saddr);
		address_set_v4(&record->local, ip);
		SOCKET_READ(ip, common, skc_daddr);
		address_set_v4(&record->remote, ip);
	}
	SOCKET_READ(record->local.port, common, skc_num);
	SOCKET_READ(value, common, skc_dport);
	record->remote.port = __builtin_bswap16(value);
	record->netns = socket_netns(sk, direct);
}

/*
 * Bytes between two sequence numbers of one direction. A FIN that `to` counts and `from` has not yet passed is no byte:
 * rcv_nxt counts the peer's once it came, copied_seq once the application has read the end of file.
 */
static __always_inline __u32 sequence_bytes(__u32 from, __u32 to, bool fin)
{
	__u32 bytes = to - from;

	if (bytes > 1u << 31)
		return 0;
	return fin && bytes ? bytes - 1 : bytes;
}

/*
 * Data of ours went out since the application last took any. A FIN counts in write_seq, also in that of the record
 * where something was received behind it: then nothing more is sent.
 */
static __always_inline bool sent_since_receive(const struct sw_record *record, __u32 write_seq)
{
	__u32 sent = write_seq - record->write_seq;

	return sent > (record->flags & SW_FLAG_OWN_FIN ? 1 : 0);
}

/*
 * Notes when what was sent since the last receive left. The kernel knows for its rate samples
 * (tcp_sock.first_tx_mstamp, net/ipv4/tcp_rate.c): the microsecond of CLOCK_MONOTONIC at which the data left that was
 * acknowledged last or, while none of a flight is, at which the flight began. Our FIN is such data, too: nothing is
 * noted behind it.
 */
static __always_inline void record_note_request(struct sw_record *record, __u64 sent_us)
{
	if (record->flags & SW_FLAG_OWN_FIN)
		return;
	record->request_sent_ns = sent_us * NS_PER_US;
	/* Data from before that is still under way hides it; what the answer was taken for is older, though. */
	if (record->request_sent_ns < record->last_receive_ns)
		record->request_sent_ns = record->last_receive_ns;
}

/* The same from the socket, if anything was sent. */
static __always_inline void record_note_latest_request(struct sw_record *record, struct tcp_sock *tp, bool direct)
{
	__u32 write_seq;
	__u64 sent_us;

	SOCKET_READ(write_seq, tp, write_seq);
	if (!sent_since_receive(record, write_seq))
		return;
	SOCKET_READ(sent_us, tp, first_tx_mstamp);
	record_note_request(record, sent_us);
}

static __always_inline __u64 socket_inode(struct socket *socket, bool direct)
{
	struct inode *inode;
	struct file *file;

	if (!socket)
		return 0;
	if (!direct)
		return BPF_CORE_READ(socket, file, f_inode, i_ino);
	file = socket->file;
	inode = file ? file->f_inode : 0;
	return inode ? inode->i_ino : 0;
}

/*
 * Data that came. tcp_rcv_nxt_update() counts all sequence space (net/ipv4/tcp_input.c), in which the peer's FIN is
 * one.
 */
static __always_inline __u64 data_received(const struct sw_record *record, struct tcp_sock *tp, bool direct)
{
	__u64 received;

	SOCKET_READ(received, tp, bytes_received);
	return received && record->flags & SW_FLAG_PEER_FIN ? received - 1 : received;
}

/*
 * Data that the peer has acknowledged. tcp_snd_una_update() counts all sequence space: the SYN of a connect() (that of
 * an accepted connection is acknowledged before there is a socket), and our FIN once all is acknowledged.
 */
static __always_inline __u64 data_acked(const struct sw_record *record, struct tcp_sock *tp, bool direct)
{
	__u32 write_seq, snd_una, none = record->role == SW_ROLE_CLIENT;
	__u64 acked;

	SOCKET_READ(acked, tp, bytes_acked);
	SOCKET_READ(write_seq, tp, write_seq);
	SOCKET_READ(snd_una, tp, snd_una);
	if (record->flags & SW_FLAG_OWN_FIN && write_seq == snd_una)
		none++;
	return acked > none ? acked - none : 0;
}

/* What every socket says, MPTCP's own among them. */
static __always_inline void socket_read_options(struct sw_socket *out, struct sock *sk, bool direct)
{
	unsigned long flags;
	struct socket *socket;
	__u32 bits;
	long timeout;

	__builtin_memset(out, 0, sizeof(*out));
	SOCKET_READ(out->state, sk, __sk_common.skc_state);
	SOCKET_READ(out->shutdown, sk, sk_shutdown);
	SOCKET_READ(out->error, sk, sk_err);
	SOCKET_READ(socket, sk, sk_socket);
	out->has_descriptor = !!socket;
	out->inode = socket_inode(socket, direct);

	SOCKET_READ(flags, sk, __sk_common.skc_flags);
	if (flags & (1ul << SOCK_KEEPOPEN))
		out->option_flags |= SW_IN_FORCE_KEEPALIVE;
	if (flags & (1ul << SOCK_LINGER)) {
		out->option_flags |= SW_IN_FORCE_LINGER;
		SOCKET_READ(timeout, sk, sk_lingertime);
		out->linger_ns = jiffies_to_ns(timeout);
	}
	SOCKET_READ_BITS(bits, sk, __sk_common.skc_reuse);
	if (bits)
		out->option_flags |= SW_IN_FORCE_REUSEADDR;
	SOCKET_READ_BITS(bits, sk, __sk_common.skc_reuseport);
	if (bits)
		out->option_flags |= SW_IN_FORCE_REUSEPORT;
	SOCKET_READ_BITS(bits, sk, sk_userlocks);
	if (bits & SOCK_SNDBUF_LOCK)
		out->option_flags |= SW_IN_FORCE_SNDBUF;
	if (bits & SOCK_RCVBUF_LOCK)
		out->option_flags |= SW_IN_FORCE_RCVBUF;
	SOCKET_READ(timeout, sk, sk_rcvtimeo);
	out->receive_timeout_ns = timeout_ns(timeout);
	SOCKET_READ(timeout, sk, sk_sndtimeo);
	out->send_timeout_ns = timeout_ns(timeout);
	SOCKET_READ(out->send_buffer_bytes, sk, sk_sndbuf);
	SOCKET_READ(out->receive_buffer_bytes, sk, sk_rcvbuf);
}

static __always_inline void socket_read(struct sw_socket *out, struct tcp_sock *tp, const struct sw_record *record,
					bool direct)
{
	struct inet_connection_sock *icsk = &tp->inet_conn;
	struct sock *sk = &icsk->icsk_inet.sk;
	__u32 write_seq, snd_una, copied_seq, rcv_nxt, stamp, nonagle, bits;

	socket_read_options(out, sk, direct);
	SOCKET_READ_BITS(nonagle, tp, nonagle);
	if (nonagle & TCP_NAGLE_OFF)
		out->option_flags |= SW_IN_FORCE_NODELAY;
	if (nonagle & TCP_NAGLE_CORK)
		out->option_flags |= SW_IN_FORCE_CORK;
	SOCKET_READ(bits, icsk, icsk_ack.pingpong);
	if (!bits && record->options_set & (1ull << SW_OPTION_TCP_QUICKACK))
		out->option_flags |= SW_IN_FORCE_QUICKACK;
	SOCKET_READ(bits, tp, keepalive_time);
	out->keepalive_time_s = hz ? bits / hz : 0;
	SOCKET_READ(bits, tp, keepalive_intvl);
	out->keepalive_interval_s = hz ? bits / hz : 0;
	SOCKET_READ(out->keepalive_probes, tp, keepalive_probes);
	SOCKET_READ(out->user_timeout_ms, icsk, icsk_user_timeout);
	SOCKET_READ(out->defer_accept, icsk, icsk_accept_queue.rskq_defer_accept);
	if (out->state == TCP_LISTEN) {
		SOCKET_READ(out->accept_queue, sk, sk_ack_backlog);
		SOCKET_READ(out->accept_queue_limit, sk, sk_max_ack_backlog);
		SOCKET_READ(out->drops, sk, sk_drops.counter);
		SOCKET_READ(out->fastopen_queue, icsk, icsk_accept_queue.fastopenq.max_qlen);
		if (out->fastopen_queue)
			out->option_flags |= SW_IN_FORCE_FASTOPEN;
		return;
	}
	SOCKET_READ_BITS(bits, tp, fastopen_connect);
	if (bits)
		out->option_flags |= SW_IN_FORCE_FASTOPEN;

	out->bytes_received = data_received(record, tp, direct);
	out->bytes_acked = data_acked(record, tp, direct);
	SOCKET_READ(out->srtt_us, tp, srtt_us);
	out->srtt_us >>= 3; /* kept as eight times the average */
	SOCKET_READ(out->retransmits, icsk, icsk_retransmits);
	SOCKET_READ(write_seq, tp, write_seq);
	SOCKET_READ(snd_una, tp, snd_una);
	SOCKET_READ(copied_seq, tp, copied_seq);
	SOCKET_READ(rcv_nxt, tp, rcv_nxt);
	if (out->state != TCP_SYN_SENT && out->state != TCP_CLOSE) {
		out->unread_bytes = sequence_bytes(copied_seq, rcv_nxt, record->flags & SW_FLAG_PEER_FIN);
		out->unsent_bytes = sequence_bytes(snd_una, write_seq, record->flags & SW_FLAG_OWN_FIN);
	}
	if (record->established_ns)
		out->sent_since_receive = sent_since_receive(record, write_seq);
	SOCKET_READ(stamp, tp, lsndtime);
	out->last_send_ago_ns = ago_ns(stamp);
	SOCKET_READ(stamp, icsk, icsk_ack.lrcvtime);
	out->last_arrival_known = stamp != 0;
	out->last_arrival_ago_ns = stamp ? ago_ns(stamp) : 0;
}

#endif
