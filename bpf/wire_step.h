/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The parser's steps and what all protocols share. Pure: state and one byte in, state out; compiled for BPF and for
 * user space (unit tests, fuzzing). All state is in sw_wire, so that any split of the bytes gives the same result.
 */
#ifndef SOCKWARDEN_WIRE_STEP_H
#define SOCKWARDEN_WIRE_STEP_H

#include "bpf/wire.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

enum sw_step {
	SW_STEP_FRESH = 0, /* no byte seen */
	SW_STEP_START,	   /* at the first byte of a message */

	SW_STEP_TARGET,
	SW_STEP_METHOD,
	SW_STEP_VERSION,
	SW_STEP_STATUS,
	SW_STEP_LINE, /* at the start of a header line */
	SW_STEP_LINE_END,
	SW_STEP_NAME,
	SW_STEP_SKIP_LINE,
	SW_STEP_LENGTH,
	SW_STEP_TOKENS,
	SW_STEP_HOST,

	SW_STEP_CHUNK_SIZE,
	SW_STEP_CHUNK_EXTENSION,
	SW_STEP_TRAILER,
	SW_STEP_TRAILER_LINE,

	SW_STEP_TLS_HELLO,

	SW_STEP_TLS_RECORD,
	SW_STEP_H2_PREFACE,
	SW_STEP_H2_FRAME,

	SW_STEP_PG_STARTUP,
	SW_STEP_PG_PARAMETERS,
	SW_STEP_PG_TYPE,
	SW_STEP_PG_LENGTH,
	SW_STEP_PG_QUERY,

	SW_STEP_MYSQL_GREETING,
	SW_STEP_MYSQL_PACKET,
	SW_STEP_MYSQL_LOGIN,
	SW_STEP_MYSQL_COMMAND,
	SW_STEP_MYSQL_ANSWER,

	SW_STEP_REDIS_ARRAY,
	SW_STEP_REDIS_DOLLAR,
	SW_STEP_REDIS_LENGTH,
	SW_STEP_REDIS_ARGUMENT,

	/* Only the last bytes of each packet are looked at. */
	SW_STEP_PG_TAIL,
	SW_STEP_MYSQL_TAIL,

	/* `number` bytes are skipped, then the next step. */
	SW_STEP_BULK,
	SW_STEP_BODY = SW_STEP_BULK,
	SW_STEP_CHUNK_DATA,
	SW_STEP_TLS_DATA,
	SW_STEP_H2_DATA,
	SW_STEP_PG_DATA,
	SW_STEP_MYSQL_DATA,
	SW_STEP_MYSQL_ANSWER_DATA,

	/* Everything is skipped. */
	SW_STEP_OPAQUE,
	SW_STEP_REST = SW_STEP_OPAQUE, /* until this side's next exchange */
	SW_STEP_UNTIL_CLOSE,
	SW_STEP_OTHER, /* for good */

	/* Done once behind the loop, where the verifier walks it once. */
	SW_STEP_HEAD_END,
	SW_STEP_LOSE,
};

/* Steps parsed by the same loop: the verifier walks each loop once an iteration, so a long one must be simple. */
enum sw_family {
	SW_FAMILY_NONE = 0, /* nothing to parse */
	SW_FAMILY_START,
	SW_FAMILY_HEAD, /* HTTP/1, where sw_wire_head() always makes headway */
	SW_FAMILY_HTTP,
	SW_FAMILY_CHUNK,
	SW_FAMILY_HELLO,
	SW_FAMILY_RECORD, /* TLS records, HTTP/2 frames: only their headers */
	SW_FAMILY_POSTGRESQL,
	SW_FAMILY_MYSQL,
	SW_FAMILY_REDIS,
	SW_FAMILY_TAIL,
};

enum { SW_TAIL_BYTES = 12 };

/* How many bytes of a family are worth loading at once. */
static __always_inline __u32 sw_window_of(__u8 family)
{
	switch (family) {
	case SW_FAMILY_START:
		return 1;
	case SW_FAMILY_RECORD:
		return 9;
	case SW_FAMILY_TAIL:
		return SW_TAIL_BYTES;
	case SW_FAMILY_HTTP:
		return 64;
	case SW_FAMILY_CHUNK:
	case SW_FAMILY_HELLO:
		return 32;
	default:
		return 24;
	}
}

/* FNV-1a; constant strings fold at compile time. */
#define SW_HASH_SEED 2166136261u
static __always_inline __u32 sw_hash(__u32 hash, __u8 byte)
{
	return (hash ^ byte) * 16777619u;
}

static __always_inline __u32 sw_hash_of(const char *text)
{
	__u32 hash = SW_HASH_SEED;

	for (; *text; text++)
		hash = sw_hash(hash, (__u8)*text);
	return hash;
}

static __always_inline __u8 sw_lower(__u8 byte)
{
	return byte >= 'A' && byte <= 'Z' ? (__u8)(byte | 0x20) : byte;
}

static __always_inline __u8 sw_upper(__u8 byte)
{
	return byte >= 'a' && byte <= 'z' ? (__u8)(byte & ~0x20) : byte;
}

static __always_inline int sw_is_http(const struct sw_flow *flow)
{
	return flow->protocol == SW_PROTOCOL_HTTP_1_1 || flow->protocol == SW_PROTOCOL_HTTP_1_0;
}

static __always_inline __u8 sw_family_of(const struct sw_flow *flow)
{
	__u8 step = flow->parser.step;

	if (step == SW_STEP_START)
		return sw_is_http(flow) ? SW_FAMILY_HTTP : SW_FAMILY_START;
	if (step == SW_STEP_TARGET)
		return SW_FAMILY_HEAD;
	if (step < SW_STEP_CHUNK_SIZE)
		return SW_FAMILY_HTTP;
	if (step < SW_STEP_TLS_HELLO)
		return SW_FAMILY_CHUNK;
	if (step == SW_STEP_TLS_HELLO)
		return SW_FAMILY_HELLO;
	if (step < SW_STEP_PG_STARTUP)
		return SW_FAMILY_RECORD;
	if (step < SW_STEP_MYSQL_GREETING)
		return SW_FAMILY_POSTGRESQL;
	if (step < SW_STEP_REDIS_ARRAY)
		return SW_FAMILY_MYSQL;
	if (step < SW_STEP_PG_TAIL)
		return SW_FAMILY_REDIS;
	return step < SW_STEP_BULK ? SW_FAMILY_TAIL : SW_FAMILY_NONE;
}

/* The flow's bytes are of this protocol from here on, and none of it was seen before. */
static __always_inline void sw_become(struct sw_flow *flow, __u8 protocol)
{
	flow->protocol = protocol;
	flow->protocol_words[0] = 0;
	flow->protocol_words[1] = 0;
}

static __always_inline int sw_is_bulk(__u8 step)
{
	return step >= SW_STEP_BULK && step < SW_STEP_OPAQUE;
}

/* Bytes to come of a part whose length was told. */
static __always_inline __u64 sw_bytes_left(const struct sw_flow *flow)
{
	return sw_is_bulk(flow->parser.step) ? flow->parser.number : 0;
}

static __always_inline void sw_begin(struct sw_flow *flow, __u64 now)
{
	flow->started_ns = now;
	flow->head_done_ns = 0;
	flow->done_ns = 0;
	flow->message = SW_MESSAGE_HEAD;
	flow->flags &= (__u16)(SW_FLOW_REQUEST | SW_FLOW_RESPONSE | SW_FLOW_LOST | SW_FLOW_MIDSTREAM |
			       SW_FLOW_STARTTLS | SW_FLOW_ENCRYPTED | SW_FLOW_TLS_1_3);
}

static __always_inline void sw_complete(struct sw_flow *flow, __u64 now)
{
	flow->message = SW_MESSAGE_COMPLETE;
	flow->done_ns = now;
	flow->parser.step = SW_STEP_START;
}

static __always_inline void sw_to_number(struct sw_flow *flow, __u8 step)
{
	flow->parser.step = step;
	flow->parser.number = 0;
	flow->parser.count = 0;
}

/* Where a connection's beginning was not seen, so many exchanges are looked at: a known protocol shows in the first. */
enum { SW_MIDSTREAM_EXCHANGES = 64 };

/* What comes is not what was expected: nothing is known of this flow until it can begin anew. */
static __always_inline void sw_lose(struct sw_flow *flow)
{
	flow->parser.step = SW_STEP_LOSE;
}

/* What the protocol tells of the latest message. */
static __always_inline void sw_forget_message(struct sw_flow *flow)
{
	if (sw_is_http(flow)) {
		flow->http.status = 0;
		flow->http.framing = SW_FRAMING_UNKNOWN;
	} else if (flow->protocol == SW_PROTOCOL_TLS) {
		flow->tls.longest_record = 0;
	} else if (flow->protocol == SW_PROTOCOL_POSTGRESQL) {
		flow->postgresql.transaction = SW_TRANSACTION_UNKNOWN;
	} else if (flow->protocol == SW_PROTOCOL_MYSQL) {
		flow->mysql.transaction = SW_TRANSACTION_UNKNOWN;
	}
}

static __always_inline void sw_lose_now(struct sw_flow *flow)
{
	flow->message = SW_MESSAGE_NONE;
	flow->parser.left = 0;
	sw_forget_message(flow);
	if (flow->protocol == SW_PROTOCOL_UNKNOWN && !(flow->flags & SW_FLOW_MIDSTREAM)) {
		flow->protocol = SW_PROTOCOL_OTHER;
		flow->parser.step = SW_STEP_OTHER;
		return;
	}
	flow->flags |= SW_FLOW_LOST;
	flow->parser.step = SW_STEP_REST;
	if (flow->protocol == SW_PROTOCOL_HTTP_2 ||
	    (flow->protocol == SW_PROTOCOL_UNKNOWN && flow->exchanges >= SW_MIDSTREAM_EXCHANGES))
		flow->parser.step = SW_STEP_OTHER;
}

static __always_inline void sw_text_add(struct sw_wire *wire, __u8 byte)
{
	__u64 length = wire->text_length;

	if (length < SW_WIRE_TEXT) {
		/* The mask that an older verifier needs, hidden from a compiler that knows better. */
		asm volatile("" : "+r"(length));
		length &= SW_WIRE_TEXT - 1;
		wire->text[length] = (char)byte;
		wire->text_length = (__u8)(length + 1);
	}
}

#endif
