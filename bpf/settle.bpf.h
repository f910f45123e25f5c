/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The end of a connection: its record is folded into the totals, and goes to the ring as a detail. */
#ifndef SOCKWARDEN_SETTLE_BPF_H
#define SOCKWARDEN_SETTLE_BPF_H

#include "bpf/owners.bpf.h"
#include "bpf/sockets.bpf.h"
#include "bpf/wire_handshake.h"

/* Wake the reader only when half of the ring is full; it looks by itself now and then. */
static __always_inline __u64 ring_wakeup(void)
{
	__u64 waiting = bpf_ringbuf_query(&closed_connections, BPF_RB_AVAIL_DATA);
	__u64 size = bpf_ringbuf_query(&closed_connections, BPF_RB_RING_SIZE);

	return waiting > size / 2 ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

static __always_inline void detail_send(struct sw_record *record, struct tcp_sock *tp)
{
	struct sw_connection *detail = bpf_ringbuf_reserve(&closed_connections, sizeof(*detail), 0);
	bool waited = record->flags & SW_FLAG_DETAIL_DUE;

	record->flags &= ~SW_FLAG_DETAIL_DUE;
	if (!detail) {
		loss_count(SW_LOSS_DETAIL);
		return;
	}
	__builtin_memcpy(&detail->record, record, sizeof(detail->record));
	socket_read(&detail->socket, tp, record, true);
	/* A closed socket's sequences mean nothing later; at the moment of a reset they tell what was not delivered. */
	if (record->flags & (SW_FLAG_RESET_SENT | SW_FLAG_RESET_RECEIVED))
		detail->socket.unsent_bytes =
		    sequence_bytes(tp->snd_una, tp->write_seq, record->flags & SW_FLAG_OWN_FIN);
	detail->socket.sent_after_reset = waited && record->flags & SW_FLAG_RESET_RECEIVED && tp->app_limited;
	detail->read_ns = bpf_ktime_get_ns();
	bpf_ringbuf_submit(detail, ring_wakeup());
}

static const struct sw_ending no_ending = {};

/* Our FIN is out. After close() or exit whatever else comes changes nothing of what is told of the connection. */
static __always_inline void ending_keep(const struct sw_record *record, struct tcp_sock *tp, __u8 state)
{
	struct sw_ending *ending;
	__u64 id = record->id;

	if (bpf_map_update_elem(&ending_connections, &id, &no_ending, BPF_ANY)) {
		loss_count(SW_LOSS_ENDING);
		return;
	}
	ending = bpf_map_lookup_elem(&ending_connections, &id);
	if (!ending)
		return;
	__builtin_memcpy(&ending->connection.record, record, sizeof(ending->connection.record));
	socket_read(&ending->connection.socket, tp, record, true);
	ending->connection.socket.state = state; /* the event comes before it is stored */
	ending->connection.socket.has_descriptor = !(record->flags & SW_FLAG_UNREAD_KNOWN);
	ending->connection.read_ns = bpf_ktime_get_ns();
	ending->sk = (__u64)tp;
}

static __always_inline void ending_drop(const struct sw_record *record)
{
	__u64 id = record->id;

	bpf_map_delete_elem(&ending_connections, &id);
}

static __always_inline __u64 since_ms(__u64 now_ns, __u64 then_ns)
{
	return then_ns && now_ns > then_ns ? (now_ns - then_ns) / 1000000 : 0;
}

/* An established connection has ended. Once a connection; the totals are exact whatever becomes of the detail. */
static __always_inline void record_settle(struct sw_record *record, __u64 bytes_received, __u64 bytes_sent,
					  __u64 now_ns)
{
	struct rows rows = rows_find(record);
	__u32 closed_by = record->closed_by, close_reason = record->close_reason;
	__u64 handshake_ns;

	record->flags |= SW_FLAG_SETTLED;
	if (!record->process)
		loss_count(SW_LOSS_UNATTRIBUTED);
	record_count_opened(record, rows);
	if (closed_by < SW_CLOSED_BY_COUNT && close_reason < SW_CLOSE_REASON_COUNT)
		TOTALS_ADD(rows, closed[closed_by][close_reason], 1);
	TOTALS_ADD(rows, exchanges, record->exchanges);
	TOTALS_ADD(rows, bytes_received, bytes_received);
	TOTALS_ADD(rows, bytes_sent, bytes_sent);
	TOTALS_ADD(rows, first_byte_sum_ns, record->first_byte_sum_ns);
	TOTALS_ADD(rows, first_byte_count, record->first_byte_count);
	if (record->unread_bytes) {
		TOTALS_ADD(rows, unread_closes, 1);
		TOTALS_ADD(rows, unread_bytes, record->unread_bytes);
	}
	/* On MPTCP exchanges are not seen, but bytes are. */
	if (!record->exchanges && !(record->flags & SW_FLAG_MPTCP && (bytes_received || bytes_sent)))
		TOTALS_ADD(rows, unused_closes, 1);
	if (record->first_byte_count && rows.role) {
		first_bytes_fold(record, rows.role);
		__sync_fetch_and_add(&rows.role->histograms[SW_HISTOGRAM_FIRST_BYTE_US].sum,
				     record->first_byte_sum_ns / NS_PER_US);
	}
	if (record->flags & SW_FLAG_PREEXISTING)
		return; /* its lifetime and exchanges are not known in full */
	histogram_add(rows.role, SW_HISTOGRAM_LIFETIME_MS, since_ms(now_ns, record->established_ns));
	histogram_add(rows.role, SW_HISTOGRAM_IDLE_MS, record->longest_idle_ns / 1000000);
	histogram_add(rows.role, SW_HISTOGRAM_EXCHANGES, record->exchanges);
	handshake_ns = sw_wire_handshake_ns(&record->wire);
	if (handshake_ns)
		latency_add(rows.role, SW_HISTOGRAM_TLS_HANDSHAKE_US, handshake_ns / 1000);
}

#endif
