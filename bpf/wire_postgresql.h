/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* PostgreSQL's protocol 3: startup, the client's messages, and ReadyForQuery at the end of the server's exchange. */
#ifndef SOCKWARDEN_WIRE_POSTGRESQL_H
#define SOCKWARDEN_WIRE_POSTGRESQL_H

#include "bpf/wire_step.h"

#define SW_PG_SSL_REQUEST 80877103u
#define SW_PG_GSS_REQUEST 80877104u
#define SW_PG_CANCEL	  80877102u

enum { SW_PG_LENGTH_MAX = 1 << 30 };

/* What is being read of the startup's parameters; sw_flow_parser.field. */
enum { SW_PG_KEY = 0, SW_PG_USER, SW_PG_DATABASE, SW_PG_REPLICATION, SW_PG_VALUE };

/* The first eight bytes are in `number`: length and code. */
static __always_inline void sw_pg_startup(struct sw_wire *wire, struct sw_flow *flow)
{
	__u32 length = (__u32)(flow->parser.number >> 32), code = (__u32)flow->parser.number;

	flow->parser.number = length - 8;
	if (length == 8 && (code == SW_PG_SSL_REQUEST || code == SW_PG_GSS_REQUEST)) {
		wire->inner = SW_PROTOCOL_POSTGRESQL;
		flow->flags |= SW_FLOW_STARTTLS | SW_FLOW_REQUEST;
		flow->message = SW_MESSAGE_NONE;
		flow->parser.step = SW_STEP_START;
	} else if (code >> 16 == 3 && length > 8 && length <= 10000) {
		sw_become(flow, SW_PROTOCOL_POSTGRESQL);
		flow->flags |= SW_FLOW_REQUEST;
		wire->text_length = 0;
		flow->parser.field = SW_PG_KEY;
		flow->parser.kept = 0; /* 1: the commands of replication are understood */
		flow->parser.hash = SW_HASH_SEED;
		flow->parser.step = SW_STEP_PG_PARAMETERS;
	} else if (code == SW_PG_CANCEL && length >= 16 && length <= 512) {
		sw_become(flow, SW_PROTOCOL_POSTGRESQL);
		flow->flags |= SW_FLOW_REQUEST;
		flow->parser.step = SW_STEP_PG_DATA;
	} else {
		sw_lose(flow);
	}
}

static __always_inline void sw_pg_parameter_byte(struct sw_wire *wire, struct sw_flow *flow, __u8 byte)
{
	if (byte == 0) {
		if (flow->parser.field != SW_PG_KEY)
			flow->parser.field = SW_PG_KEY;
		else if (flow->parser.hash == sw_hash_of("replication"))
			flow->parser.field = SW_PG_REPLICATION;
		else if (flow->parser.hash == sw_hash_of("user"))
			flow->parser.field = SW_PG_USER;
		else if (flow->parser.hash == sw_hash_of("database"))
			flow->parser.field = SW_PG_DATABASE;
		else
			flow->parser.field = SW_PG_VALUE;
		if (flow->parser.field == SW_PG_DATABASE)
			sw_text_add(wire, '/');
		flow->parser.hash = SW_HASH_SEED;
	} else if (flow->parser.field == SW_PG_KEY) {
		flow->parser.hash = sw_hash(flow->parser.hash, byte);
	} else if (flow->parser.field == SW_PG_REPLICATION) {
		flow->parser.kept = 1;
	} else if (flow->parser.field != SW_PG_VALUE) {
		sw_text_add(wire, byte);
	}
	if (--flow->parser.number == 0)
		flow->parser.step = SW_STEP_PG_DATA;
}

static __always_inline void sw_pg_type_byte(struct sw_wire *wire, struct sw_flow *flow, __u8 byte, __u64 now)
{
	switch (byte) {
	case 'Q':
		wire->text_statements++;
		break;
	case 'P':
		wire->prepares++;
		break;
	case 'E':
		wire->executes++;
		break;
	case 'B':
	case 'C':
	case 'D':
	case 'F':
	case 'H':
	case 'S':
	case 'X':
	case 'c':
	case 'f':
	case 'p':
		break;
	case 'd': /* COPY: many rows, of which none matters */
		flow->message = SW_MESSAGE_BODY;
		flow->parser.step = SW_STEP_REST;
		return;
	default:
		sw_lose(flow);
		return;
	}
	if (flow->message == SW_MESSAGE_COMPLETE || flow->message == SW_MESSAGE_NONE)
		sw_begin(flow, now);
	if (byte == 'Q' || byte == 'S')
		flow->messages++;
	flow->postgresql.message_type = byte;
	sw_to_number(flow, SW_STEP_PG_LENGTH);
}

static __always_inline void sw_pg_length_byte(struct sw_flow *flow, __u8 byte)
{
	flow->parser.number = flow->parser.number << 8 | byte;
	if (++flow->parser.count < 4)
		return;
	if (flow->parser.number < 4 || flow->parser.number > SW_PG_LENGTH_MAX) {
		sw_lose(flow);
		return;
	}
	flow->flags &= (__u16)~SW_FLOW_LOST;
	flow->parser.number -= 4;
	flow->parser.step = SW_STEP_PG_DATA;
	if (flow->parser.kept && flow->postgresql.message_type == 'Q' && flow->parser.number) {
		flow->parser.hash = SW_HASH_SEED;
		flow->parser.count = 0;
		flow->parser.step = SW_STEP_PG_QUERY;
	}
}

/* The first word of a command of replication: changes are sent as they come, for as long as both sides like. */
static __always_inline void sw_pg_query_byte(struct sw_flow *flow, __u8 byte)
{
	__u8 upper = sw_upper(byte);

	if ((upper >= 'A' && upper <= 'Z') || upper == '_') {
		flow->parser.hash = sw_hash(flow->parser.hash, upper);
		flow->parser.count = 1;
	} else if (flow->parser.count || byte > ' ' || byte == 0) {
		if (flow->parser.hash == sw_hash_of("START_REPLICATION"))
			flow->flags |= SW_FLOW_BLOCKING;
		flow->parser.step = SW_STEP_PG_DATA;
	}
	if (--flow->parser.number == 0)
		flow->parser.step = SW_STEP_PG_DATA;
}

/* The server waits for Query's, Sync's or a start-up message's end. */
static __always_inline void sw_pg_message_end(struct sw_flow *flow, __u64 now)
{
	__u8 type = flow->postgresql.message_type;

	if (type == 'P' || type == 'B' || type == 'D' || type == 'E' || type == 'C') {
		flow->message = SW_MESSAGE_BODY;
	} else {
		flow->message = SW_MESSAGE_COMPLETE;
		flow->done_ns = now;
	}
	flow->parser.step = SW_STEP_PG_TYPE;
}

/* ReadyForQuery ends an exchange; anything behind it makes it no end. */
static __always_inline void sw_pg_tail_byte(struct sw_flow *flow, __u8 byte, __u64 now)
{
	flow->parser.number = flow->parser.number << 8 | byte;
	if ((flow->parser.number >> 8 & 0xffffffffff) == ((__u64)'Z' << 32 | 5) &&
	    (byte == SW_TRANSACTION_IDLE || byte == SW_TRANSACTION_OPEN || byte == SW_TRANSACTION_FAILED)) {
		flow->postgresql.transaction = byte;
		flow->message = SW_MESSAGE_COMPLETE;
		flow->done_ns = now;
	} else if (flow->message != SW_MESSAGE_BODY) {
		if (flow->message == SW_MESSAGE_COMPLETE)
			flow->messages++;
		flow->postgresql.transaction = SW_TRANSACTION_UNKNOWN;
		flow->message = SW_MESSAGE_BODY;
		flow->started_ns = now;
		flow->done_ns = 0;
	}
}

#endif
