/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Redis: the first command of each of the client's exchanges, and whether it waits by its nature. */
#ifndef SOCKWARDEN_WIRE_REDIS_H
#define SOCKWARDEN_WIRE_REDIS_H

#include "bpf/wire_step.h"

/* sw_flow_parser.left: arguments left; field: what the command is; kept: a subscription or a replica's stream is on. */
enum { SW_REDIS_NAME = 0, SW_REDIS_STREAM_READ = 1 };

static __always_inline int sw_redis_blocks(__u32 hash)
{
	return hash == sw_hash_of("BLPOP") || hash == sw_hash_of("BRPOP") || hash == sw_hash_of("BRPOPLPUSH") ||
	       hash == sw_hash_of("BLMOVE") || hash == sw_hash_of("BLMPOP") || hash == sw_hash_of("BZPOPMIN") ||
	       hash == sw_hash_of("BZPOPMAX") || hash == sw_hash_of("BZMPOP") || hash == sw_hash_of("WAIT") ||
	       hash == sw_hash_of("WAITAOF");
}

/* From here on the server says what there is to say, whatever else the client sends (PING, REPLCONF ACK). */
static __always_inline int sw_redis_subscribes(__u32 hash)
{
	return hash == sw_hash_of("SUBSCRIBE") || hash == sw_hash_of("PSUBSCRIBE") ||
	       hash == sw_hash_of("SSUBSCRIBE") || hash == sw_hash_of("MONITOR") || hash == sw_hash_of("PSYNC") ||
	       hash == sw_hash_of("SYNC");
}

/* Of UNSUBSCRIBE, that of all channels: it has no arguments. */
static __always_inline int sw_redis_ends_subscription(__u32 hash, __u32 arguments)
{
	if (hash == sw_hash_of("RESET"))
		return 1;
	return arguments == 1 && (hash == sw_hash_of("UNSUBSCRIBE") || hash == sw_hash_of("PUNSUBSCRIBE") ||
				  hash == sw_hash_of("SUNSUBSCRIBE"));
}

/* Digits up to CRLF into `number`. True at the LF. */
static __always_inline int sw_redis_number(struct sw_flow *flow, __u8 byte)
{
	if (byte >= '0' && byte <= '9' && flow->parser.count < 9) {
		flow->parser.number = flow->parser.number * 10 + (byte - '0');
		flow->parser.count++;
	} else if (byte == '\n' && flow->parser.count) {
		return 1;
	} else if (byte != '\r' || !flow->parser.count) {
		sw_lose(flow);
	}
	return 0;
}

static __always_inline void sw_redis_array_byte(struct sw_flow *flow, __u8 byte)
{
	if (!sw_redis_number(flow, byte))
		return;
	flow->parser.left = (__u32)flow->parser.number;
	flow->parser.field = SW_REDIS_NAME;
	if (flow->parser.left)
		flow->parser.step = SW_STEP_REDIS_DOLLAR;
	else
		sw_lose(flow);
}

static __always_inline void sw_redis_dollar_byte(struct sw_flow *flow, __u8 byte)
{
	if (byte != '$') {
		sw_lose(flow);
		return;
	}
	flow->parser.hash = SW_HASH_SEED;
	sw_to_number(flow, SW_STEP_REDIS_LENGTH);
}

static __always_inline void sw_redis_length_byte(struct sw_flow *flow, __u8 byte, __u64 now)
{
	if (!sw_redis_number(flow, byte))
		return;
	if (flow->parser.field == SW_REDIS_NAME) {
		if (flow->parser.number == 0 || flow->parser.number > 64) {
			sw_lose(flow);
			return;
		}
		sw_become(flow, SW_PROTOCOL_REDIS);
		flow->flags |= SW_FLOW_REQUEST;
		flow->flags &= (__u16) ~(SW_FLOW_LOST | SW_FLOW_BLOCKING);
		flow->messages++;
		flow->started_ns = now;
	} else if (flow->parser.number > 64) {
		flow->parser.step = SW_STEP_REST;
		return;
	}
	flow->parser.number += 2;
	flow->parser.step = SW_STEP_REDIS_ARGUMENT;
}

static __always_inline void sw_redis_argument_end(struct sw_flow *flow)
{
	__u32 hash = flow->parser.hash;
	int name = flow->parser.field == SW_REDIS_NAME;

	flow->message = SW_MESSAGE_NONE;
	flow->parser.step = SW_STEP_REST;
	if (name && sw_redis_subscribes(hash))
		flow->parser.kept = 1;
	else if (name && sw_redis_ends_subscription(hash, flow->parser.left))
		flow->parser.kept = 0;
	if (name ? flow->parser.kept || sw_redis_blocks(hash) : hash == sw_hash_of("BLOCK")) {
		flow->flags |= SW_FLOW_BLOCKING;
	} else if (!name || hash == sw_hash_of("XREAD") || hash == sw_hash_of("XREADGROUP")) {
		flow->parser.field = SW_REDIS_STREAM_READ;
		if (--flow->parser.left)
			flow->parser.step = SW_STEP_REDIS_DOLLAR;
	}
}

static __always_inline void sw_redis_argument_byte(struct sw_flow *flow, __u8 byte)
{
	if (flow->parser.number > 2)
		flow->parser.hash = sw_hash(flow->parser.hash, sw_upper(byte));
	if (--flow->parser.number == 0)
		sw_redis_argument_end(flow);
}

#endif
