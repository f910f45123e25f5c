/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Which protocol's step a byte belongs to. */
#ifndef SOCKWARDEN_WIRE_FAMILY_H
#define SOCKWARDEN_WIRE_FAMILY_H

#include "bpf/wire_http2.h"
#include "bpf/wire_http_byte.h"
#include "bpf/wire_http_chunk.h"
#include "bpf/wire_mysql.h"
#include "bpf/wire_postgresql.h"
#include "bpf/wire_redis.h"
#include "bpf/wire_tls.h"

/*
 * The eight bytes of a flow that begins with 0: PostgreSQL's client, or a server of HTTP/2 that did not wait for the
 * preface. What only looks like the latter shows when the peer has spoken.
 */
static __always_inline void sw_startup_byte(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
					    __u8 byte)
{
	flow->parser.number = flow->parser.number << 8 | byte;
	if (++flow->parser.count < SW_H2_FIRST_BYTES)
		return;
	if ((peer->protocol == SW_PROTOCOL_UNKNOWN ||
	     (peer->protocol == SW_PROTOCOL_HTTP_2 && peer->flags & SW_FLOW_REQUEST)) &&
	    sw_h2_is_first_frame(flow->parser.number))
		sw_h2_server_begins(flow);
	else
		sw_pg_startup(wire, flow);
}

/* The first byte of a flow or of a message. */
static __always_inline void sw_start_byte(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
					  __u8 byte, __u64 now)
{
	__u8 theirs = peer->protocol;

	if (peer->flags & SW_FLOW_UPGRADED) {
		flow->parser.step = SW_STEP_OTHER;
		return;
	}
	sw_begin(flow, now);
	sw_to_number(flow, SW_STEP_METHOD);
	flow->parser.hash = SW_HASH_SEED;
	if (theirs == SW_PROTOCOL_HTTP_2 && peer->flags & SW_FLOW_REQUEST) {
		sw_become(flow, SW_PROTOCOL_HTTP_2);
		flow->flags |= SW_FLOW_RESPONSE;
		flow->message = SW_MESSAGE_NONE;
		flow->parser.step = SW_STEP_H2_FRAME;
		sw_h2_frame_byte(flow, byte, now);
	} else if (theirs == SW_PROTOCOL_POSTGRESQL && peer->flags & SW_FLOW_REQUEST) {
		sw_become(flow, SW_PROTOCOL_POSTGRESQL);
		flow->flags |= SW_FLOW_RESPONSE;
		flow->message = SW_MESSAGE_NONE;
		flow->parser.step = SW_STEP_PG_TAIL;
		sw_pg_tail_byte(flow, byte, now);
	} else if (theirs == SW_PROTOCOL_MYSQL && peer->flags & SW_FLOW_RESPONSE && !(flow->flags & SW_FLOW_STARTTLS)) {
		flow->parser.step = SW_STEP_MYSQL_PACKET;
		sw_mysql_packet_byte(flow, byte, now);
	} else if (theirs == SW_PROTOCOL_REDIS && peer->flags & SW_FLOW_REQUEST) {
		sw_become(flow, SW_PROTOCOL_REDIS);
		flow->flags |= SW_FLOW_RESPONSE;
		flow->message = SW_MESSAGE_NONE;
		flow->parser.step = SW_STEP_OTHER;
	} else if (peer->flags & SW_FLOW_STARTTLS && !(flow->flags & SW_FLOW_STARTTLS) &&
		   (byte == 'S' || byte == 'N')) {
		/* The one byte that answers SSLRequest. */
		flow->message = SW_MESSAGE_NONE;
		flow->flags |= SW_FLOW_RESPONSE;
		if (byte == 'S')
			flow->flags |= SW_FLOW_STARTTLS;
		flow->parser.step = SW_STEP_START;
	} else if ((byte >= 'A' && byte <= 'Z') || byte == '-') {
		sw_http_method_byte(flow, byte);
	} else if (byte >= SW_TLS_CHANGE_CIPHER && byte <= SW_TLS_APPLICATION) {
		flow->parser.step = SW_STEP_TLS_RECORD;
		sw_tls_record_byte(flow, peer, byte, now);
	} else if (byte == 0) {
		flow->parser.step = SW_STEP_PG_STARTUP;
		sw_startup_byte(wire, flow, peer, byte);
	} else if (byte == '*') {
		flow->parser.step = SW_STEP_REDIS_ARRAY;
	} else if (theirs == SW_PROTOCOL_UNKNOWN) {
		flow->parser.step = SW_STEP_MYSQL_GREETING;
	} else {
		sw_lose(flow);
	}
}

static __always_inline void sw_record_byte(struct sw_flow *flow, const struct sw_flow *peer, __u8 byte, __u64 now)
{
	if (flow->parser.step == SW_STEP_TLS_RECORD)
		sw_tls_record_byte(flow, peer, byte, now);
	else if (flow->parser.step == SW_STEP_H2_FRAME && peer->protocol == SW_PROTOCOL_OTHER &&
		 flow->flags & SW_FLOW_RESPONSE)
		sw_h2_is_none(flow);
	else if (flow->parser.step == SW_STEP_H2_FRAME)
		sw_h2_frame_byte(flow, byte, now);
	else if (++flow->parser.count == 8) /* the preface's CR LF SM CR LF CR LF */
		sw_to_number(flow, SW_STEP_H2_FRAME);
}

static __always_inline void sw_pg_byte(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
				       __u8 byte, __u64 now)
{
	if (flow->parser.step == SW_STEP_PG_TYPE)
		sw_pg_type_byte(wire, flow, byte, now);
	else if (flow->parser.step == SW_STEP_PG_LENGTH)
		sw_pg_length_byte(flow, byte);
	else if (flow->parser.step == SW_STEP_PG_QUERY)
		sw_pg_query_byte(flow, byte);
	else if (flow->parser.step == SW_STEP_PG_STARTUP)
		sw_startup_byte(wire, flow, peer, byte);
	else
		sw_pg_parameter_byte(wire, flow, byte);
}

static __always_inline void sw_mysql_byte(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
					  __u8 byte, __u64 now)
{
	if (flow->parser.step == SW_STEP_MYSQL_ANSWER)
		sw_mysql_answer_byte(flow, peer, byte, now);
	else if (flow->parser.step == SW_STEP_MYSQL_PACKET)
		sw_mysql_packet_byte(flow, byte, now);
	else if (flow->parser.step == SW_STEP_MYSQL_COMMAND)
		sw_mysql_command_byte(wire, flow, byte);
	else if (flow->parser.step == SW_STEP_MYSQL_LOGIN)
		sw_mysql_login_byte(wire, flow, byte);
	else
		sw_mysql_greeting_byte(flow, byte);
}

static __always_inline void sw_redis_byte(struct sw_flow *flow, __u8 byte, __u64 now)
{
	if (flow->parser.step == SW_STEP_REDIS_ARRAY)
		sw_redis_array_byte(flow, byte);
	else if (flow->parser.step == SW_STEP_REDIS_DOLLAR)
		sw_redis_dollar_byte(flow, byte);
	else if (flow->parser.step == SW_STEP_REDIS_LENGTH)
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
	case SW_FAMILY_CHUNK:
		sw_http_chunk_byte(flow, byte, now);
		break;
	case SW_FAMILY_HELLO:
		sw_tls_hello_byte(wire, flow, byte);
		break;
	case SW_FAMILY_RECORD:
		sw_record_byte(flow, peer, byte, now);
		break;
	case SW_FAMILY_POSTGRESQL:
		sw_pg_byte(wire, flow, peer, byte, now);
		break;
	case SW_FAMILY_MYSQL:
		sw_mysql_byte(wire, flow, peer, byte, now);
		break;
	case SW_FAMILY_REDIS:
		sw_redis_byte(flow, byte, now);
		break;
	default:
		if (flow->parser.step == SW_STEP_PG_TAIL)
			sw_pg_tail_byte(flow, byte, now);
		else
			sw_mysql_tail_byte(flow, byte, now);
	}
}

#endif
