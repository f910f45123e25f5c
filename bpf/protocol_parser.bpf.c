/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * cgroup_skb at the cgroup2 root: reads the first bytes of each exchange into sw_record.wire.
 *
 * Fires for each TCP packet of a socket with payload: ingress in softirq, before the sequence is checked; egress under
 * the socket's lock, in process context or softirq, retransmissions too. A SYN and the handshake's ACK come with the
 * listener as their socket. Since 4.10; socket storage 5.2, loops 5.3. Always lets the packet pass.
 * Attached twice, as BPF_CGROUP_INET_INGRESS and BPF_CGROUP_INET_EGRESS.
 */
#include "bpf/records.bpf.h"
#include <bpf/bpf_endian.h>
#include "bpf/wire_parse.h"

enum { PASS = 1, IP_TCP = 6, IPV6_HOP_BY_HOP = 0, IPV6_ROUTING = 43, IPV6_DESTINATION = 60, IPV6_HEADERS = 3 };
enum { TCP_FLAG_SYN = 1 << 1, TCP_FLAG_RST = 1 << 2 };

struct segment {
	__u32 payload; /* offset in the packet */
	__u32 length;
	__u32 seq;
};

/* Offset of the TCP header, 0 = none. */
static __always_inline __u32 find_tcp(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u8 *ip = data, next, words;
	__u32 offset = 40;

	if (data + 40 > end)
		return 0;
	if (ip[0] >> 4 == 4) {
		__u32 fragment = (__u32)(ip[6] & 0x3f) << 8 | ip[7];

		return ip[9] == IP_TCP && !fragment ? (__u32)(ip[0] & 15) * 4 : 0;
	}
	next = ip[6];
	for (int i = 0; i < IPV6_HEADERS; i++) {
		if (next != IPV6_HOP_BY_HOP && next != IPV6_ROUTING && next != IPV6_DESTINATION)
			break;
		if (bpf_skb_load_bytes(skb, offset, &next, 1) || bpf_skb_load_bytes(skb, offset + 1, &words, 1))
			return 0;
		offset += (words + 1u) * 8;
	}
	return next == IP_TCP ? offset : 0;
}

static __always_inline bool read_segment(struct __sk_buff *skb, struct segment *segment, __u32 offset, const __u8 *tcp)
{
	if (tcp[13] & (TCP_FLAG_SYN | TCP_FLAG_RST))
		return false;
	segment->payload = offset + (tcp[12] >> 4) * 4;
	if (skb->len <= segment->payload)
		return false;
	segment->length = skb->len - segment->payload;
	segment->seq = bpf_ntohl(*(__be32 *)(tcp + 4));
	return true;
}

static __always_inline bool find_payload(struct __sk_buff *skb, struct segment *segment)
{
	__u32 offset = find_tcp(skb);
	void *tcp = (void *)(long)skb->data + offset, *end = (void *)(long)skb->data_end;
	__u8 header[20];

	if (!offset)
		return false;
	if (tcp + sizeof(header) <= end)
		return read_segment(skb, segment, offset, tcp);
	return !bpf_skb_load_bytes(skb, offset, header, sizeof(header)) && read_segment(skb, segment, offset, header);
}

static __always_inline struct sw_record *find_record(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	sk = sk ? bpf_sk_fullsock(sk) : 0;
	if (!sk || sk->protocol != IP_TCP || sk->state == TCP_LISTEN)
		return 0;
	return record_find(sk);
}

/* Only a packet that came in has an interface that it came in by. One program for both ways is verified once. */
static __always_inline __u8 direction_of(const struct __sk_buff *skb)
{
	return skb->ingress_ifindex ? SW_INGRESS : SW_EGRESS;
}

/* Nothing of this direction came before. */
static __always_inline bool begins_stream(struct __sk_buff *skb, __u8 direction, __u32 seq)
{
	struct bpf_sock *sk = skb->sk;
	volatile struct bpf_tcp_sock *tcp; /* or clang picks a field's address, not its value */
	__u64 received, acknowledged;
	__u32 next, unacknowledged;

	sk = sk ? bpf_sk_fullsock(sk) : 0;
	tcp = sk ? bpf_tcp_sock(sk) : 0;
	if (!tcp)
		return false;
	received = tcp->bytes_received;
	next = tcp->rcv_nxt;
	acknowledged = tcp->bytes_acked;
	unacknowledged = tcp->snd_una;
	if (direction == SW_INGRESS)
		return received == 0 && next == seq;
	return acknowledged <= 1 && unacknowledged == seq; /* an acknowledged SYN may count as a byte */
}

/*
 * Makes `length` one of 1 to `most`, or says that it can't. Before 6.8 "is not 0" teaches the verifier nothing, but
 * "one less is below the bound" does.
 */
static __always_inline bool bound_length(__u64 *length, __u32 most)
{
	__u64 less = (*length > most ? most : *length) - 1;

	asm volatile("" : "+r"(less));
	if (less >= most)
		return false;
	*length = less + 1;
	return true;
}

static __always_inline int parse_family(struct __sk_buff *skb, __u32 direction, __u32 offset, __u32 left, __u64 now,
					__u8 family)
{
	__u8 bytes[SW_WINDOW] __attribute__((aligned(8)));
	struct sw_record *record = find_record(skb);
	struct sw_flow *flow, *peer;
	__u64 length = left;
	__u32 taken;

	__builtin_memset(bytes, 0, (sw_window_of(family) + 7) & ~7u);
	if (!record)
		return 0;
	flow = &record->wire.flow[direction & 1];
	peer = &record->wire.flow[~direction & 1];
	if (!bound_length(&length, sw_window_of(family)) || bpf_skb_load_bytes(skb, offset, bytes, length))
		return 0;
	taken = sw_wire_window(&record->wire, flow, peer, family, bytes, length, now);
	if (taken < left)
		taken += sw_wire_skip(flow, left - taken, now);
	return taken;
}

/*
 * Global functions are verified once, however often they are called; before 5.12 they take only the context and
 * numbers. Each returns how many bytes it took.
 */
__noinline int parse_head(struct __sk_buff *skb, __u32 direction, __u32 offset, __u32 left, __u64 now)
{
	struct sw_record *record = find_record(skb);
	__u64 words[SW_HEAD_ROOM] = {};
	struct sw_flow *flow, *peer;
	__u64 length = left;
	__u32 taken;

	if (!record)
		return 0;
	if (!bound_length(&length, SW_HEAD_BYTES) || bpf_skb_load_bytes(skb, offset, words + 1, length))
		return 0;
	flow = &record->wire.flow[direction & 1];
	peer = &record->wire.flow[~direction & 1];
	taken = sw_wire_head(&record->wire, flow, peer, words, length, now);
	if (taken && taken < left)
		taken += sw_wire_skip(flow, left - taken, now);
	return taken;
}

__noinline int parse_start(struct __sk_buff *skb, __u32 direction, __u32 offset, __u32 left, __u64 now)
{
	return parse_family(skb, direction, offset, left, now, SW_FAMILY_START);
}

__noinline int parse_http(struct __sk_buff *skb, __u32 direction, __u32 offset, __u32 left, __u64 now)
{
	return parse_family(skb, direction, offset, left, now, SW_FAMILY_HTTP);
}

__noinline int parse_chunk(struct __sk_buff *skb, __u32 direction, __u32 offset, __u32 left, __u64 now)
{
	return parse_family(skb, direction, offset, left, now, SW_FAMILY_CHUNK);
}

__noinline int parse_hello(struct __sk_buff *skb, __u32 direction, __u32 offset, __u32 left, __u64 now)
{
	return parse_family(skb, direction, offset, left, now, SW_FAMILY_HELLO);
}

__noinline int parse_record(struct __sk_buff *skb, __u32 direction, __u32 offset, __u32 left, __u64 now)
{
	return parse_family(skb, direction, offset, left, now, SW_FAMILY_RECORD);
}

__noinline int parse_postgresql(struct __sk_buff *skb, __u32 direction, __u32 offset, __u32 left, __u64 now)
{
	return parse_family(skb, direction, offset, left, now, SW_FAMILY_POSTGRESQL);
}

__noinline int parse_mysql(struct __sk_buff *skb, __u32 direction, __u32 offset, __u32 left, __u64 now)
{
	return parse_family(skb, direction, offset, left, now, SW_FAMILY_MYSQL);
}

__noinline int parse_redis(struct __sk_buff *skb, __u32 direction, __u32 offset, __u32 left, __u64 now)
{
	return parse_family(skb, direction, offset, left, now, SW_FAMILY_REDIS);
}

__noinline int parse_tail(struct __sk_buff *skb, __u32 direction, __u32 offset, __u32 left, __u64 now)
{
	return parse_family(skb, direction, offset, left, now, SW_FAMILY_TAIL);
}

static __always_inline __u32 parse_step(struct __sk_buff *skb, const struct sw_flow *flow, __u32 direction,
					__u32 offset, __u32 left, __u64 now)
{
	switch (sw_family_of(flow)) {
	case SW_FAMILY_START:
		return parse_start(skb, direction, offset, left, now);
	case SW_FAMILY_HTTP:
		return parse_http(skb, direction, offset, left, now);
	case SW_FAMILY_CHUNK:
		return parse_chunk(skb, direction, offset, left, now);
	case SW_FAMILY_HELLO:
		return parse_hello(skb, direction, offset, left, now);
	case SW_FAMILY_RECORD:
		return parse_record(skb, direction, offset, left, now);
	case SW_FAMILY_POSTGRESQL:
		return parse_postgresql(skb, direction, offset, left, now);
	case SW_FAMILY_MYSQL:
		return parse_mysql(skb, direction, offset, left, now);
	case SW_FAMILY_REDIS:
		return parse_redis(skb, direction, offset, left, now);
	case SW_FAMILY_TAIL:
		return parse_tail(skb, direction, offset, left, now);
	default:
		return 0;
	}
}

SEC("?cgroup/skb")
int protocol_parser(struct __sk_buff *skb)
{
	__u8 direction = direction_of(skb);
	struct sw_flow *flow, *peer;
	struct segment segment;
	struct sw_record *record;
	__u32 at, taken;
	__u64 now;
	bool first;

	if (!find_payload(skb, &segment))
		return PASS;
	record = find_record(skb);
	if (!record)
		return PASS;
	flow = &record->wire.flow[direction & 1];
	peer = &record->wire.flow[~direction & 1];
	if (sw_wire_inside(&record->wire, flow, direction, segment.seq, segment.length))
		return PASS;
	now = bpf_ktime_get_ns();
	first = flow->parser.step == SW_STEP_FRESH && begins_stream(skb, direction, segment.seq);
	at = sw_wire_packet(&record->wire, flow, peer, direction, segment.seq, segment.length, now, first);
	if (at < segment.length)
		at += sw_wire_skip(flow, segment.length - at, now);
	for (int round = 0; round < SW_ROUNDS; round++) {
		if (at >= segment.length)
			return PASS;
		taken = 0;
		if (sw_head_wanted(flow, peer))
			taken = parse_head(skb, direction, segment.payload + at, segment.length - at, now);
		if (!taken)
			taken = parse_step(skb, flow, direction, segment.payload + at, segment.length - at, now);
		if (taken == 0 || taken > segment.length)
			break;
		at += taken;
	}
	if (at < segment.length)
		sw_wire_give_up(flow, segment.length - at);
	return PASS;
}
