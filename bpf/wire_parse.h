/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The parser: which bytes of a packet are wanted, and what each of them means.
 *
 *   sw_wire_inside()  -> nothing of it is wanted; else
 *   sw_wire_packet()  -> offset of the first new byte
 *   sw_wire_skip()    -> jumps over what need not be looked at
 *   sw_wire_head()    -> parses HTTP/1 heads by words, where sw_head_wanted(); where it takes nothing:
 *   sw_wire_window()  -> parses bytes of one family of steps; both say how far they came; back to skip, SW_ROUNDS times
 *   sw_wire_give_up() if that did not reach the payload's end: the flow is lost until its next exchange
 */
#ifndef SOCKWARDEN_WIRE_PARSE_H
#define SOCKWARDEN_WIRE_PARSE_H

#include "bpf/wire_family.h"
#include "bpf/wire_http_head.h"

enum { SW_WINDOW = 64, SW_ROUNDS = 64 };

/* All bytes of a bulk step have passed. */
static __always_inline void sw_bulk_end(struct sw_flow *flow, __u64 now)
{
	switch (flow->parser.step) {
	case SW_STEP_BODY:
		sw_complete(flow, now);
		break;
	case SW_STEP_CHUNK_DATA:
		sw_to_number(flow, SW_STEP_CHUNK_SIZE);
		break;
	case SW_STEP_TLS_DATA:
		sw_to_number(flow, SW_STEP_TLS_RECORD);
		break;
	case SW_STEP_H2_DATA:
		sw_to_number(flow, SW_STEP_H2_FRAME);
		break;
	case SW_STEP_PG_DATA:
		sw_pg_message_end(flow, now);
		break;
	case SW_STEP_MYSQL_ANSWER_DATA:
		flow->message = SW_MESSAGE_COMPLETE;
		flow->done_ns = now;
		sw_mysql_to_tail(flow);
		break;
	default:
		flow->message = SW_MESSAGE_COMPLETE;
		flow->done_ns = now;
		sw_to_number(flow, SW_STEP_MYSQL_PACKET);
	}
}

/* Where a flow that rested until its exchange may begin anew. */
static __always_inline void sw_new_exchange(struct sw_flow *flow, const struct sw_flow *peer)
{
	if (flow->parser.step == SW_STEP_MYSQL_TAIL && peer->flags & SW_FLOW_STARTTLS &&
	    !(flow->flags & SW_FLOW_STARTTLS)) {
		flow->flags |= SW_FLOW_STARTTLS;
		sw_become(flow, SW_PROTOCOL_UNKNOWN);
		flow->parser.step = SW_STEP_START;
	} else if (flow->parser.step == SW_STEP_MYSQL_TAIL || flow->parser.step == SW_STEP_MYSQL_ANSWER ||
		   flow->parser.step == SW_STEP_MYSQL_ANSWER_DATA) {
		sw_to_number(flow, SW_STEP_MYSQL_ANSWER);
	}
	if (flow->parser.step != SW_STEP_REST)
		return;
	flow->parser.count = 0;
	if (flow->protocol == SW_PROTOCOL_POSTGRESQL)
		flow->parser.step = SW_STEP_PG_TYPE;
	else if (flow->protocol == SW_PROTOCOL_MYSQL)
		flow->parser.step = flow->flags & SW_FLOW_RESPONSE ? SW_STEP_MYSQL_ANSWER : SW_STEP_MYSQL_PACKET;
	else if (flow->protocol == SW_PROTOCOL_TLS)
		flow->parser.step = SW_STEP_TLS_RECORD;
	else
		flow->parser.step = SW_STEP_START;
}

/* How many of `left` bytes may be skipped, and skips them. */
static __always_inline __u32 sw_wire_skip(struct sw_flow *flow, __u32 left, __u64 now)
{
	__u32 skipped = 0;

	if (sw_is_bulk(flow->parser.step)) {
		if (flow->parser.number > left) {
			skipped = left;
			flow->parser.number -= left;
		} else {
			skipped = (__u32)flow->parser.number;
			flow->parser.number = 0;
			sw_bulk_end(flow, now);
		}
	} else if (flow->parser.step >= SW_STEP_OPAQUE) {
		skipped = left;
	} else if (sw_family_of(flow) == SW_FAMILY_TAIL && left > SW_TAIL_BYTES) {
		skipped = left - SW_TAIL_BYTES;
	}
	flow->next_seq += skipped;
	return skipped;
}

/*
 * The next packet of what is skipped anyway, from the side that spoke last: most packets of a large message. Takes note
 * of it without looking at it, not even at the time.
 */
static __always_inline int sw_wire_inside(const struct sw_wire *wire, struct sw_flow *flow, __u8 direction, __u32 seq,
					  __u32 length)
{
	__u8 step = flow->parser.step;

	if (flow->next_seq != seq || wire->last != direction + 1)
		return 0;
	if (sw_is_bulk(step)) {
		if (flow->parser.number <= length)
			return 0;
		flow->parser.number -= length;
	} else if (step < SW_STEP_OPAQUE) {
		return 0;
	}
	flow->next_seq = seq + length;
	return 1;
}

/*
 * A packet of `length` payload bytes. `first`: it is known to begin the stream. Returns the offset of the first new
 * byte, or `length`.
 */
static __always_inline __u32 sw_wire_packet(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
					    __u8 direction, __u32 seq, __u32 length, __u64 now, int first)
{
	__s32 gap;

	if (flow->parser.step == SW_STEP_FRESH) {
		flow->next_seq = seq;
		flow->parser.step = SW_STEP_START;
		if (!first) {
			flow->flags |= SW_FLOW_MIDSTREAM | SW_FLOW_LOST;
			flow->parser.step = SW_STEP_REST;
		}
	}
	gap = (__s32)(seq - flow->next_seq);
	if (gap < 0 && (__u32)-gap >= length)
		return length; /* seen before */
	if (wire->last != direction + 1) {
		flow->exchange_ns = now;
		flow->exchanges++;
		/* Only an answer shows that this exchange begins where a message does. */
		if (wire->last || first)
			sw_new_exchange(flow, peer);
		wire->last = (__u8)(direction + 1);
		if (gap >= 0)
			flow->flags &= (__u16)~SW_FLOW_HOLE;
	}
	if (gap < 0)
		return (__u32)-gap;
	if (gap > 0) {
		if (sw_is_bulk(flow->parser.step) && flow->parser.number >= (__u64)gap) {
			flow->parser.number -= (__u64)gap;
			flow->flags |= SW_FLOW_HOLE;
			flow->next_seq = seq;
		} else {
			if (flow->parser.step < SW_STEP_OPAQUE && flow->parser.step != SW_STEP_PG_TAIL &&
			    flow->parser.step != SW_STEP_MYSQL_TAIL)
				sw_lose_now(flow);
			flow->parser.number = 0;
			flow->parser.hash = 0;
			flow->next_seq = seq;
		}
	}
	return 0;
}

/*
 * Parses while the steps stay in `family`, a constant where this is called. Returns how many of `length` bytes were
 * taken.
 */
static __always_inline __u32 sw_wire_window(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
					    __u8 family, const __u8 *bytes, __u32 length, __u64 now)
{
	__u32 before = flow->next_seq, at;

	/*
	 * The state stays in memory, and the count is read back from there: each value that the verifier knew in a
	 * register would be a path of its own.
	 */
	for (at = 0; at < sw_window_of(family); at++) {
		asm volatile("" ::: "memory");
		if (at >= length || sw_family_of(flow) != family)
			break;
		sw_family_byte(wire, flow, peer, family, bytes[at], now);
	}
	flow->next_seq = before + at;
	if (family == SW_FAMILY_HTTP && flow->parser.step == SW_STEP_HEAD_END)
		sw_http_head_end(flow, peer, now);
	if (flow->parser.step == SW_STEP_LOSE)
		sw_lose_now(flow);
	if (sw_is_bulk(flow->parser.step) && flow->parser.number == 0)
		sw_bulk_end(flow, now);
	asm volatile("" ::: "memory");
	return flow->next_seq - before;
}

/* More steps in one packet than are followed. */
static __always_inline void sw_wire_give_up(struct sw_flow *flow, __u32 left)
{
	sw_lose_now(flow);
	flow->next_seq += left;
}

#endif
