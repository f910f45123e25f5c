/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The parser: which bytes of a packet are wanted, and what each of them means.
 *
 *   sw_wire_packet()  -> offset of the first new byte
 *   sw_wire_skip()    -> jumps over what need not be looked at
 *   sw_wire_window()  -> parses bytes of one family of steps, says how far it came; back to skip, SW_ROUNDS times
 *   sw_wire_give_up() if that did not reach the payload's end: the flow is lost until its next turn
 */
#ifndef SOCKWARDEN_WIRE_PARSE_H
#define SOCKWARDEN_WIRE_PARSE_H

#include "bpf/wire_http.h"
#include "bpf/wire_mysql.h"
#include "bpf/wire_postgresql.h"
#include "bpf/wire_redis.h"
#include "bpf/wire_tls.h"

enum { SW_WINDOW = 64, SW_ROUNDS = 32 };

/* The first byte of a flow or of a message. */
static __always_inline void sw_start_byte(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
					  __u8 byte, __u64 now)
{
	__u8 theirs = peer->protocol;

	if (peer->flags & SW_FLOW_UPGRADED) {
		flow->step = SW_STEP_OTHER;
		return;
	}
	sw_begin(flow, now);
	sw_to_number(flow, SW_STEP_METHOD);
	flow->hash = SW_HASH_SEED;
	if (theirs == SW_PROTOCOL_HTTP_2 && peer->flags & SW_FLOW_REQUEST) {
		flow->protocol = SW_PROTOCOL_HTTP_2;
		flow->flags |= SW_FLOW_RESPONSE;
		flow->message = SW_MESSAGE_NONE;
		flow->step = SW_STEP_H2_FRAME;
		sw_h2_frame_byte(flow, byte, now);
	} else if (theirs == SW_PROTOCOL_POSTGRESQL && peer->flags & SW_FLOW_REQUEST) {
		flow->protocol = SW_PROTOCOL_POSTGRESQL;
		flow->flags |= SW_FLOW_RESPONSE;
		flow->message = SW_MESSAGE_NONE;
		flow->step = SW_STEP_PG_TAIL;
		sw_pg_tail_byte(flow, byte, now);
	} else if (theirs == SW_PROTOCOL_MYSQL && peer->flags & SW_FLOW_RESPONSE && !(flow->flags & SW_FLOW_STARTTLS)) {
		flow->step = SW_STEP_MYSQL_PACKET;
		sw_mysql_packet_byte(flow, byte, now);
	} else if (theirs == SW_PROTOCOL_REDIS && peer->flags & SW_FLOW_REQUEST) {
		flow->protocol = SW_PROTOCOL_REDIS;
		flow->flags |= SW_FLOW_RESPONSE;
		flow->message = SW_MESSAGE_NONE;
		flow->step = SW_STEP_OTHER;
	} else if (peer->flags & SW_FLOW_STARTTLS && !(flow->flags & SW_FLOW_STARTTLS) &&
		   (byte == 'S' || byte == 'N')) {
		/* The one byte that answers SSLRequest. */
		flow->message = SW_MESSAGE_NONE;
		flow->flags |= SW_FLOW_RESPONSE;
		if (byte == 'S')
			flow->flags |= SW_FLOW_STARTTLS;
		flow->step = SW_STEP_START;
	} else if ((byte >= 'A' && byte <= 'Z') || byte == '-') {
		sw_http_method_byte(flow, byte);
	} else if (byte >= SW_TLS_CHANGE_CIPHER && byte <= SW_TLS_APPLICATION) {
		flow->step = SW_STEP_TLS_RECORD;
		sw_tls_record_byte(flow, peer, byte, now);
	} else if (byte == 0) {
		flow->step = SW_STEP_PG_STARTUP;
		sw_pg_startup_byte(wire, flow, byte);
	} else if (byte == '*') {
		flow->step = SW_STEP_REDIS_ARRAY;
	} else if (theirs == SW_PROTOCOL_UNKNOWN) {
		flow->step = SW_STEP_MYSQL_GREETING;
	} else {
		sw_lose(flow);
	}
}

/* The next message where the flow is known to be HTTP/1. */
static __always_inline void sw_http_start_byte(struct sw_flow *flow, const struct sw_flow *peer, __u8 byte, __u64 now)
{
	if (peer->flags & SW_FLOW_UPGRADED) {
		flow->step = SW_STEP_OTHER;
		return;
	}
	if (byte == '\r' || byte == '\n')
		return; /* RFC 9112, 2.2: an empty line before a message is ignored */
	sw_begin(flow, now);
	sw_to_number(flow, SW_STEP_METHOD);
	flow->hash = SW_HASH_SEED;
	sw_http_method_byte(flow, byte);
}

static __always_inline void sw_http_byte(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
					 __u8 byte, __u64 now)
{
	switch (flow->step) {
	case SW_STEP_START:
		sw_http_start_byte(flow, peer, byte, now);
		break;
	case SW_STEP_METHOD:
		if (byte == 0 && flow->count == 1 && peer->protocol == SW_PROTOCOL_UNKNOWN) {
			/* No letter but the length of a MySQL greeting. */
			flow->count = 1;
			flow->step = SW_STEP_MYSQL_GREETING;
		} else {
			sw_http_method_byte(flow, byte);
		}
		break;
	case SW_STEP_TARGET:
		if (byte == '\n')
			sw_http_request_line(wire, flow);
		else
			flow->number = flow->number << 8 | byte;
		break;
	case SW_STEP_VERSION:
		sw_http_version_byte(flow, byte);
		break;
	case SW_STEP_STATUS:
		sw_http_status_byte(flow, byte);
		break;
	case SW_STEP_LINE:
		sw_http_line_byte(flow, byte);
		break;
	case SW_STEP_LINE_END:
		if (byte == '\n')
			flow->step = SW_STEP_HEAD_END;
		else
			sw_lose(flow);
		break;
	case SW_STEP_NAME:
		sw_http_name_byte(flow, byte);
		break;
	case SW_STEP_SKIP_LINE:
		if (byte == '\n')
			flow->step = SW_STEP_LINE;
		break;
	case SW_STEP_LENGTH:
		sw_http_length_byte(flow, byte);
		break;
	case SW_STEP_TOKENS:
		sw_http_tokens_byte(flow, byte);
		break;
	case SW_STEP_HOST:
		if (byte == '\n')
			flow->step = SW_STEP_LINE;
		else if (byte > ' ')
			sw_text_add(wire, byte);
		break;
	case SW_STEP_CHUNK_SIZE:
		sw_http_chunk_size_byte(flow, byte);
		break;
	case SW_STEP_CHUNK_EXTENSION:
		if (byte == '\n')
			sw_http_chunk_size_end(flow);
		break;
	case SW_STEP_TRAILER:
		if (byte == '\n')
			sw_complete(flow, now);
		else if (byte != '\r')
			flow->step = SW_STEP_TRAILER_LINE;
		break;
	default: /* SW_STEP_TRAILER_LINE */
		if (byte == '\n')
			flow->step = SW_STEP_TRAILER;
	}
}

static __always_inline void sw_record_byte(struct sw_flow *flow, const struct sw_flow *peer, __u8 byte, __u64 now)
{
	if (flow->step == SW_STEP_TLS_RECORD)
		sw_tls_record_byte(flow, peer, byte, now);
	else if (flow->step == SW_STEP_H2_FRAME)
		sw_h2_frame_byte(flow, byte, now);
	else if (++flow->count == 8) /* the preface's CR LF SM CR LF CR LF */
		sw_to_number(flow, SW_STEP_H2_FRAME);
}

static __always_inline void sw_pg_byte(struct sw_wire *wire, struct sw_flow *flow, __u8 byte, __u64 now)
{
	if (flow->step == SW_STEP_PG_TYPE)
		sw_pg_type_byte(wire, flow, byte, now);
	else if (flow->step == SW_STEP_PG_LENGTH)
		sw_pg_length_byte(flow, byte);
	else if (flow->step == SW_STEP_PG_STARTUP)
		sw_pg_startup_byte(wire, flow, byte);
	else
		sw_pg_parameter_byte(wire, flow, byte);
}

static __always_inline void sw_mysql_byte(struct sw_wire *wire, struct sw_flow *flow, __u8 byte, __u64 now)
{
	if (flow->step == SW_STEP_MYSQL_PACKET)
		sw_mysql_packet_byte(flow, byte, now);
	else if (flow->step == SW_STEP_MYSQL_COMMAND)
		sw_mysql_command_byte(wire, flow, byte);
	else if (flow->step == SW_STEP_MYSQL_LOGIN)
		sw_mysql_login_byte(wire, flow, byte);
	else
		sw_mysql_greeting_byte(flow, byte);
}

static __always_inline void sw_redis_byte(struct sw_flow *flow, __u8 byte, __u64 now)
{
	if (flow->step == SW_STEP_REDIS_ARRAY)
		sw_redis_array_byte(flow, byte);
	else if (flow->step == SW_STEP_REDIS_DOLLAR)
		sw_redis_dollar_byte(flow, byte);
	else if (flow->step == SW_STEP_REDIS_LENGTH)
		sw_redis_length_byte(flow, byte, now);
	else
		sw_redis_argument_byte(flow, byte);
}

/* `family` is a constant where this is called. */
static __always_inline void sw_family_byte(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
					   __u8 family, __u8 byte, __u64 now)
{
	switch (family) {
	case SW_FAMILY_START:
		sw_start_byte(wire, flow, peer, byte, now);
		break;
	case SW_FAMILY_HTTP:
		sw_http_byte(wire, flow, peer, byte, now);
		break;
	case SW_FAMILY_HELLO:
		sw_tls_hello_byte(wire, flow, byte);
		break;
	case SW_FAMILY_RECORD:
		sw_record_byte(flow, peer, byte, now);
		break;
	case SW_FAMILY_POSTGRESQL:
		sw_pg_byte(wire, flow, byte, now);
		break;
	case SW_FAMILY_MYSQL:
		sw_mysql_byte(wire, flow, byte, now);
		break;
	case SW_FAMILY_REDIS:
		sw_redis_byte(flow, byte, now);
		break;
	default:
		if (flow->step == SW_STEP_PG_TAIL)
			sw_pg_tail_byte(flow, byte, now);
		else
			sw_mysql_tail_byte(flow, byte, now);
	}
}

/* All bytes of a bulk step have passed. */
static __always_inline void sw_bulk_end(struct sw_flow *flow, __u64 now)
{
	switch (flow->step) {
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
	default:
		flow->message = SW_MESSAGE_COMPLETE;
		flow->done_ns = now;
		sw_to_number(flow, SW_STEP_MYSQL_PACKET);
	}
}

static __always_inline int sw_is_bulk(__u8 step)
{
	return step >= SW_STEP_BULK && step < SW_STEP_OPAQUE;
}

/* Where a flow that rested until its turn may begin anew. */
static __always_inline void sw_new_turn(struct sw_flow *flow, const struct sw_flow *peer)
{
	if (flow->step == SW_STEP_MYSQL_TAIL && peer->flags & SW_FLOW_STARTTLS && !(flow->flags & SW_FLOW_STARTTLS)) {
		flow->flags |= SW_FLOW_STARTTLS;
		flow->protocol = SW_PROTOCOL_UNKNOWN;
		flow->step = SW_STEP_START;
	}
	if (flow->step != SW_STEP_REST)
		return;
	flow->count = 0;
	if (flow->protocol == SW_PROTOCOL_POSTGRESQL)
		flow->step = SW_STEP_PG_TYPE;
	else if (flow->protocol == SW_PROTOCOL_MYSQL)
		flow->step = SW_STEP_MYSQL_PACKET;
	else if (flow->protocol == SW_PROTOCOL_TLS)
		flow->step = SW_STEP_TLS_RECORD;
	else
		flow->step = SW_STEP_START;
}

/* How many of `left` bytes may be skipped, and skips them. */
static __always_inline __u32 sw_wire_skip(struct sw_flow *flow, __u32 left, __u64 now)
{
	__u32 skipped = 0;

	if (sw_is_bulk(flow->step)) {
		if (flow->number > left) {
			skipped = left;
			flow->number -= left;
		} else {
			skipped = (__u32)flow->number;
			flow->number = 0;
			sw_bulk_end(flow, now);
		}
	} else if (flow->step >= SW_STEP_OPAQUE) {
		skipped = left;
	} else if (sw_family_of(flow) == SW_FAMILY_TAIL && left > SW_TAIL_BYTES) {
		skipped = left - SW_TAIL_BYTES;
	}
	flow->next_seq += skipped;
	return skipped;
}

/*
 * A packet of `length` payload bytes. `first`: it is known to begin the stream. Returns the offset of the first new
 * byte, or `length`.
 */
static __always_inline __u32 sw_wire_packet(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
					    __u8 direction, __u32 seq, __u32 length, __u64 now, int first)
{
	__s32 gap;

	if (flow->step == SW_STEP_FRESH) {
		flow->next_seq = seq;
		flow->step = SW_STEP_START;
		if (!first) {
			flow->flags |= SW_FLOW_MIDSTREAM | SW_FLOW_LOST;
			flow->step = SW_STEP_REST;
		}
	}
	gap = (__s32)(seq - flow->next_seq);
	if (gap < 0 && (__u32)-gap >= length)
		return length; /* seen before */
	if (wire->last != direction + 1) {
		flow->turn_ns = now;
		flow->turns++;
		/* Only an answer shows that this turn begins where a message does. */
		if (wire->last || first)
			sw_new_turn(flow, peer);
		wire->last = (__u8)(direction + 1);
		if (gap >= 0)
			flow->flags &= (__u16)~SW_FLOW_HOLE;
	}
	if (gap < 0)
		return (__u32)-gap;
	if (gap > 0) {
		if (sw_is_bulk(flow->step) && flow->number >= (__u64)gap) {
			flow->number -= (__u64)gap;
			flow->flags |= SW_FLOW_HOLE;
			flow->next_seq = seq;
		} else {
			if (flow->step < SW_STEP_OPAQUE && flow->step != SW_STEP_PG_TAIL &&
			    flow->step != SW_STEP_MYSQL_TAIL)
				sw_lose_now(flow);
			flow->number = 0;
			flow->hash = 0;
			flow->next_seq = seq;
		}
	}
	return 0;
}

typedef __u64 __attribute__((may_alias)) sw_word;

/* Does none of the bytes end the line? Takes them all then. */
static __always_inline int sw_http_skip_word(struct sw_flow *flow, __u64 word)
{
	__u64 zero_at_lf = word ^ 0x0a0a0a0a0a0a0a0a;

	if ((flow->step != SW_STEP_SKIP_LINE && flow->step != SW_STEP_TARGET) ||
	    ((zero_at_lf - 0x0101010101010101) & ~zero_at_lf & 0x8080808080808080))
		return 0;
	if (flow->step == SW_STEP_TARGET)
		flow->number = __builtin_bswap64(word);
	return 1;
}

/*
 * Parses while the steps stay in `family`, a constant where this is called. `bytes` has room for SW_WINDOW and is
 * aligned to 8. Returns how many of `length` bytes were taken.
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
		/* A line that does not matter, or a long target: eight bytes at once. */
		if (family == SW_FAMILY_HTTP && at % 8 == 0 && at + 8 <= length &&
		    sw_http_skip_word(flow, *(const sw_word *)(bytes + at))) {
			at += 7;
			continue;
		}
		sw_family_byte(wire, flow, peer, family, bytes[at], now);
	}
	flow->next_seq = before + at;
	if (family == SW_FAMILY_HTTP && flow->step == SW_STEP_HEAD_END)
		sw_http_head_end(flow, peer, now);
	if (flow->step == SW_STEP_LOSE)
		sw_lose_now(flow);
	if (sw_is_bulk(flow->step) && flow->number == 0)
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
