// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Iterators that read the records back, when the agent asks: iter/bpf_sk_storage_map (5.9+) over socket storage, every
 * network namespace; iter/bpf_map_elem (5.9+) over the hash; iter/tcp (5.9+) seeds sockets that no descriptor refers to
 * (accept queue, orphans) in the agent's own network namespace.
 *
 * They fill scan_buffer, which the agent has mapped, instead of the iterator's own 32 KiB buffer: refilling that one
 * starts over at the head of a hash bucket each time, which is quadratic in the number of sockets. A record carries the
 * number of the scan that read it, so a second run goes on where the first one ran out of room.
 */
#include "bpf/seed.bpf.h"
#include "bpf/settle.bpf.h"

/* The event that ends a connection may be under way on another CPU. */
#define ENDING_GRACE_NS 1000000000ull

static __always_inline struct sw_connection *scan_entry(const struct sw_record *record)
{
	__u32 index = scan_filled;
	struct sw_connection *entry;

	if (record->scan == scan_number)
		return 0;
	entry = bpf_map_lookup_elem(&scan_buffer, &index);
	if (!entry)
		scan_left_over++;
	else
		scan_filled = index + 1;
	return entry;
}

/* The socket of a connection that its owner has closed is still there. */
static __always_inline void ending_seen(const struct sw_record *record)
{
	struct sw_connection *ending;
	__u64 id = record->id;

	if (!(record->flags & SW_FLAG_UNREAD_KNOWN) || record->flags & SW_FLAG_SETTLED)
		return;
	ending = bpf_map_lookup_elem(&ending_connections, &id);
	if (ending)
		ending->record.scan = scan_number;
}

SEC("iter/bpf_sk_storage_map")
int scan_sockets(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sw_record *record = ctx->value;
	struct sock *sk = ctx->sk;
	struct sw_connection *entry;
	struct tcp_sock *tp;

	if (!sk || !record)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	ending_seen(record);
	entry = scan_entry(record);
	if (!entry)
		return 0;
	record->scan = scan_number;
	__builtin_memcpy(&entry->record, record, sizeof(entry->record));
	record_note_latest_request(&entry->record, tp, true);
	socket_read(&entry->socket, tp, &entry->record, true);
	entry->read_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("iter/bpf_map_elem")
int scan_hash(struct bpf_iter__bpf_map_elem *ctx)
{
	struct hashed_record *hashed = ctx->value;
	struct sw_connection *entry;
	struct tcp_sock *tp;

	if (!hashed || !hashed->sk)
		return 0;
	ending_seen(&hashed->record);
	entry = scan_entry(&hashed->record);
	if (!entry)
		return 0;
	hashed->record.scan = scan_number;
	tp = (struct tcp_sock *)hashed->sk;
	__builtin_memcpy(&entry->record, &hashed->record, sizeof(entry->record));
	record_note_latest_request(&entry->record, tp, false);
	socket_read(&entry->socket, tp, &entry->record, false);
	entry->read_ns = bpf_ktime_get_ns();
	return 0;
}

/* Runs after all sockets were looked at: those that were closed before, and not found, have ended without an event. */
SEC("iter/bpf_map_elem")
int scan_ending(struct bpf_iter__bpf_map_elem *ctx)
{
	struct sw_connection *ending = ctx->value, *detail;
	__u64 now_ns = bpf_ktime_get_ns();

	if (!ending || ending->record.scan == scan_number || ending->socket.end_unseen)
		return 0;
	if (!ending->read_ns || now_ns - ending->read_ns < ENDING_GRACE_NS)
		return 0;
	if (!(ending->record.flags & SW_FLAG_SETTLED)) {
		loss_count(SW_LOSS_MISSED);
		record_settle(&ending->record, ending->socket.bytes_received, ending->socket.bytes_acked, now_ns);
	}
	detail = bpf_ringbuf_reserve(&closed_connections, sizeof(*detail), 0);
	if (!detail)
		return 0;	       /* the next scan finds room */
	ending->socket.end_unseen = 1; /* the agent removes it once it has the detail */
	__builtin_memcpy(detail, ending, sizeof(*detail));
	bpf_ringbuf_submit(detail, BPF_RB_NO_WAKEUP);
	return 0;
}

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
