/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* TLS: record headers; of the hellos the server's name and the version (RFC 8446, RFC 6066). */
#ifndef SOCKWARDEN_WIRE_TLS_H
#define SOCKWARDEN_WIRE_TLS_H

#include "bpf/wire_step.h"

enum { SW_TLS_CHANGE_CIPHER = 20, SW_TLS_ALERT = 21, SW_TLS_HANDSHAKE = 22, SW_TLS_APPLICATION = 23 };
enum { SW_TLS_RECORD_MAX = 16384 + 2048, SW_TLS_TICKETS = 4 };

/* Parts of a hello; sw_flow_parser.field. `hash` counts the bytes left of the part, or reads a length. */
enum {
	SW_HELLO_TYPE = 0,
	SW_HELLO_FIXED,
	SW_HELLO_SESSION_LENGTH,
	SW_HELLO_SESSION,
	SW_HELLO_SUITES_LENGTH,
	SW_HELLO_SUITES,
	SW_HELLO_COMPRESSION_LENGTH,
	SW_HELLO_COMPRESSION,
	SW_HELLO_EXTENSIONS_LENGTH,
	SW_HELLO_EXTENSION_TYPE,
	SW_HELLO_EXTENSION_LENGTH,
	SW_HELLO_EXTENSION,
	SW_HELLO_NAME_LIST,
	SW_HELLO_NAME,
	SW_HELLO_SUITE, /* server */
	SW_HELLO_DONE,	/* change_cipher_spec was seen */
};

static __always_inline void sw_tls_encrypted(struct sw_flow *flow, __u64 now)
{
	if (flow->flags & SW_FLOW_ENCRYPTED)
		return;
	flow->flags |= SW_FLOW_ENCRYPTED;
	flow->head_done_ns = now;
	flow->message = SW_MESSAGE_NONE;
}

/*
 * A server of 1.3 sends session tickets behind the handshake, encrypted like everything else, often when the request is
 * already there. What comes before the request is a ticket; so is a run of records of one length (a response opens with
 * its head, and goes on with something else). `left` is the latest candidate's length, `kept` counts the tickets.
 */
static __always_inline void sw_tls_server_record(struct sw_flow *flow, const struct sw_flow *peer, __u64 now)
{
	__u32 length = (__u16)flow->parser.number;

	if (!(peer->flags & SW_FLOW_ENCRYPTED))
		return; /* the rest of its handshake */
	if (peer->messages <= 1) {
		flow->parser.left = length;
	} else if (flow->tls.data_records <= 1 && flow->parser.left == length && flow->parser.kept < SW_TLS_TICKETS) {
		flow->tls.data_records = 0;
		flow->parser.kept++;
	} else {
		flow->parser.left = flow->tls.data_records ? 0 : length;
		flow->tls.data_records++;
		flow->done_ns = now;
	}
}

/*
 * The longest record of the exchange tells a request from an acknowledgement (HTTP/2's SETTINGS, PING, WINDOW_UPDATE).
 * `kept` is the exchange's number.
 */
static __always_inline void sw_tls_client_record(struct sw_flow *flow)
{
	if (flow->parser.kept != (__u8)flow->exchanges) {
		flow->parser.kept = (__u8)flow->exchanges;
		flow->tls.longest_record = 0;
	}
	if (flow->tls.longest_record < flow->parser.number)
		flow->tls.longest_record = (__u16)flow->parser.number;
}

static __always_inline int sw_tls_is_record(const struct sw_flow *flow)
{
	__u8 type = (__u8)flow->parser.hash;

	if (flow->parser.hash >> 8 != 3 || type < SW_TLS_CHANGE_CIPHER || type > SW_TLS_APPLICATION)
		return 0;
	return flow->parser.number <= SW_TLS_RECORD_MAX && (flow->parser.number || type == SW_TLS_APPLICATION);
}

static __always_inline void sw_tls_record_end(struct sw_flow *flow, const struct sw_flow *peer, __u64 now)
{
	__u8 type = (__u8)flow->parser.hash;

	if (!sw_tls_is_record(flow)) {
		sw_lose(flow);
		return;
	}
	flow->parser.step = SW_STEP_TLS_DATA;
	if (flow->protocol == SW_PROTOCOL_UNKNOWN) {
		if (type == SW_TLS_HANDSHAKE) {
			flow->parser.field = SW_HELLO_TYPE;
			flow->parser.step = SW_STEP_TLS_HELLO;
			return;
		}
		/* An alert may answer a hello; a connection picked up in the middle shows application data. */
		if (peer->protocol != SW_PROTOCOL_TLS &&
		    !(flow->flags & SW_FLOW_MIDSTREAM && type == SW_TLS_APPLICATION)) {
			sw_lose(flow);
			return;
		}
		sw_become(flow, SW_PROTOCOL_TLS);
	}
	flow->flags &= (__u16)~SW_FLOW_LOST;
	if (type == SW_TLS_CHANGE_CIPHER) {
		flow->parser.field = SW_HELLO_DONE;
	} else if (type == SW_TLS_HANDSHAKE) {
		/* In 1.3 the second hello follows the dummy change_cipher_spec in the clear. */
		if (flow->parser.field == SW_HELLO_DONE && !((flow->flags | peer->flags) & SW_FLOW_TLS_1_3))
			sw_tls_encrypted(flow, now);
	} else if (type == SW_TLS_APPLICATION) {
		sw_tls_encrypted(flow, now);
		flow->messages++;
		if (flow->flags & SW_FLOW_REQUEST)
			sw_tls_client_record(flow);
		else if (flow->flags & SW_FLOW_TLS_1_3)
			sw_tls_server_record(flow, peer, now);
	}
}

static __always_inline void sw_tls_record_byte(struct sw_flow *flow, const struct sw_flow *peer, __u8 byte, __u64 now)
{
	__u8 at = flow->parser.count++;

	if (at == 0) {
		flow->parser.hash = byte;
		flow->parser.number = 0;
	} else if (at == 1) {
		flow->parser.hash |= (__u32)byte << 8;
	} else if (at >= 3) {
		flow->parser.number = flow->parser.number << 8 | byte;
	}
	if (at == 4) {
		flow->parser.count = 0;
		sw_tls_record_end(flow, peer, now);
	}
}

static __always_inline void sw_hello_next(struct sw_flow *flow, __u8 part, __u32 value)
{
	flow->parser.field = part;
	flow->parser.hash = value;
	flow->parser.count = 0;
}

/* Skips the part's bytes. True at the last one. */
static __always_inline int sw_hello_skipped(struct sw_flow *flow)
{
	return --flow->parser.hash == 0;
}

/* Reads a number of `bytes` bytes. True once it is complete. */
static __always_inline int sw_hello_number(struct sw_flow *flow, __u8 byte, __u8 bytes)
{
	flow->parser.hash = flow->parser.hash << 8 | byte;
	return ++flow->parser.count == bytes;
}

static __always_inline void sw_hello_type(struct sw_flow *flow, __u8 byte)
{
	if (byte != 1 && byte != 2) {
		sw_lose(flow);
		return;
	}
	sw_become(flow, SW_PROTOCOL_TLS);
	flow->parser.left = 0;
	flow->parser.kept = 0;
	flow->flags &= (__u16) ~(SW_FLOW_REQUEST | SW_FLOW_RESPONSE | SW_FLOW_LOST);
	flow->flags |= byte == 1 ? SW_FLOW_REQUEST : SW_FLOW_RESPONSE;
	sw_hello_next(flow, SW_HELLO_FIXED, 3 + 2 + 32);
}

static __always_inline void sw_hello_part(struct sw_wire *wire, struct sw_flow *flow, __u8 byte)
{
	int is_client = flow->flags & SW_FLOW_REQUEST;

	switch (flow->parser.field) {
	case SW_HELLO_TYPE:
		sw_hello_type(flow, byte);
		break;
	case SW_HELLO_FIXED:
		if (sw_hello_skipped(flow))
			sw_hello_next(flow, SW_HELLO_SESSION_LENGTH, 0);
		break;
	case SW_HELLO_SESSION_LENGTH:
		if (byte)
			sw_hello_next(flow, SW_HELLO_SESSION, byte);
		else
			sw_hello_next(flow, is_client ? SW_HELLO_SUITES_LENGTH : SW_HELLO_SUITE, 0);
		break;
	case SW_HELLO_SESSION:
		if (sw_hello_skipped(flow))
			sw_hello_next(flow, is_client ? SW_HELLO_SUITES_LENGTH : SW_HELLO_SUITE, 0);
		break;
	case SW_HELLO_SUITE:
		if (byte == 0x13) /* TLS_AES_128_GCM_SHA256 and the others of 1.3 */
			flow->flags |= SW_FLOW_TLS_1_3;
		flow->parser.step = SW_STEP_TLS_DATA;
		break;
	case SW_HELLO_SUITES_LENGTH:
		if (sw_hello_number(flow, byte, 2))
			sw_hello_next(flow, flow->parser.hash ? SW_HELLO_SUITES : SW_HELLO_COMPRESSION_LENGTH,
				      flow->parser.hash);
		break;
	case SW_HELLO_SUITES:
		if (sw_hello_skipped(flow))
			sw_hello_next(flow, SW_HELLO_COMPRESSION_LENGTH, 0);
		break;
	case SW_HELLO_COMPRESSION_LENGTH:
		sw_hello_next(flow, byte ? SW_HELLO_COMPRESSION : SW_HELLO_EXTENSIONS_LENGTH, byte);
		break;
	case SW_HELLO_COMPRESSION:
		if (sw_hello_skipped(flow))
			sw_hello_next(flow, SW_HELLO_EXTENSIONS_LENGTH, 0);
		break;
	case SW_HELLO_EXTENSIONS_LENGTH:
		if (sw_hello_number(flow, byte, 2))
			sw_hello_next(flow, SW_HELLO_EXTENSION_TYPE, 0);
		break;
	case SW_HELLO_EXTENSION_TYPE:
		if (sw_hello_number(flow, byte, 2))
			/* server_name is 0; its length is read into the upper half */
			sw_hello_next(flow, SW_HELLO_EXTENSION_LENGTH, flow->parser.hash ? 1u << 31 : 0);
		break;
	case SW_HELLO_EXTENSION_LENGTH:
		if (flow->parser.count == 0)
			flow->parser.hash = (flow->parser.hash & 1u << 31) | (__u32)byte << 8;
		else
			flow->parser.hash |= byte;
		if (++flow->parser.count < 2)
			break;
		if (!(flow->parser.hash >> 31))
			sw_hello_next(flow, SW_HELLO_NAME_LIST, flow->parser.hash);
		else if (flow->parser.hash & 0xffff)
			sw_hello_next(flow, SW_HELLO_EXTENSION, flow->parser.hash & 0xffff);
		else
			sw_hello_next(flow, SW_HELLO_EXTENSION_TYPE, 0);
		break;
	case SW_HELLO_EXTENSION:
		if (sw_hello_skipped(flow))
			sw_hello_next(flow, SW_HELLO_EXTENSION_TYPE, 0);
		break;
	case SW_HELLO_NAME_LIST: /* list length 2, type 1, name length 2; then the name */
		if (flow->parser.count < 3)
			flow->parser.hash = 0;
		else
			flow->parser.hash = flow->parser.hash << 8 | byte;
		if (++flow->parser.count < 5)
			break;
		wire->text_length = 0;
		flow->parser.field = SW_HELLO_NAME;
		if (!flow->parser.hash)
			flow->parser.step = SW_STEP_TLS_DATA;
		break;
	default:
		sw_text_add(wire, byte);
		if (sw_hello_skipped(flow))
			flow->parser.step = SW_STEP_TLS_DATA;
	}
}

static __always_inline void sw_tls_hello_byte(struct sw_wire *wire, struct sw_flow *flow, __u8 byte)
{
	flow->parser.number--;
	sw_hello_part(wire, flow, byte);
	if (flow->parser.step == SW_STEP_TLS_HELLO && flow->parser.number == 0) {
		flow->parser.count = 0;
		flow->parser.step = SW_STEP_TLS_RECORD;
	}
}

#endif
