/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* MySQL: greeting, login, commands, and the status flags in the packet that ends the server's exchange. */
#ifndef SOCKWARDEN_WIRE_MYSQL_H
#define SOCKWARDEN_WIRE_MYSQL_H

#include "bpf/wire_step.h"

enum sw_mysql_command {
	SW_MYSQL_QUIT = 0x01,
	SW_MYSQL_QUERY = 0x03,
	SW_MYSQL_PREPARE = 0x16,
	SW_MYSQL_EXECUTE = 0x17,
	SW_MYSQL_LONG_DATA = 0x18,
	SW_MYSQL_CLOSE = 0x19,
};
/* First byte of an answer. */
enum { SW_MYSQL_OK = 0x00, SW_MYSQL_EOF = 0xfe, SW_MYSQL_ERROR = 0xff };
enum { SW_MYSQL_IN_TRANSACTION = 1 };
/* Capabilities of the login's first two bytes; the login's fixed part. */
enum { SW_MYSQL_WITH_DATABASE = 1 << 3, SW_MYSQL_SSL = 1 << 11, SW_MYSQL_FIXED = 32 };
/* Parts of the login; sw_flow.field. */
enum { SW_MYSQL_CAPABILITIES = 0, SW_MYSQL_USER, SW_MYSQL_PASSWORD_LENGTH, SW_MYSQL_PASSWORD, SW_MYSQL_DATABASE };

/* Length (3 bytes, little-endian), sequence 0, protocol version 10. */
static __always_inline void sw_mysql_greeting_byte(struct sw_flow *flow, __u8 byte)
{
	__u8 at = ++flow->count;

	if ((at < 4 && byte != 0) || (at == 4 && byte != 10)) {
		sw_lose(flow);
	} else if (at == 4) {
		flow->protocol = SW_PROTOCOL_MYSQL;
		flow->flags |= SW_FLOW_RESPONSE;
		flow->number = 0;
		flow->hash = 0;
		flow->step = SW_STEP_MYSQL_TAIL;
	}
}

static __always_inline void sw_mysql_packet_byte(struct sw_flow *flow, __u8 byte, __u64 now)
{
	__u8 at = flow->count++;

	if (at == 0)
		flow->number = 0;
	if (at < 3) {
		flow->number |= (__u64)byte << (8 * at);
		return;
	}
	flow->count = 0;
	flow->flags |= SW_FLOW_REQUEST;
	if (byte == 0 && flow->number) {
		__u64 asked_ns = flow->started_ns;

		sw_begin(flow, now);
		flow->head_done_ns = asked_ns; /* until the command says whether it asks, too */
		flow->step = SW_STEP_MYSQL_COMMAND;
	} else if (byte == 1 && flow->messages == 0 && flow->number >= SW_MYSQL_FIXED &&
		   !(flow->flags & SW_FLOW_STARTTLS)) {
		flow->protocol = SW_PROTOCOL_MYSQL;
		flow->field = SW_MYSQL_CAPABILITIES;
		flow->index = 0;
		flow->hash = (__u32)flow->number == SW_MYSQL_FIXED;
		flow->messages = 0;
		flow->step = SW_STEP_MYSQL_LOGIN;
	} else {
		flow->step = SW_STEP_MYSQL_DATA;
	}
}

static __always_inline void sw_mysql_login_end(struct sw_wire *wire, struct sw_flow *flow)
{
	if (flow->hash && flow->index & SW_MYSQL_SSL) {
		wire->inner = SW_PROTOCOL_MYSQL;
		flow->flags |= SW_FLOW_STARTTLS;
		flow->protocol = SW_PROTOCOL_UNKNOWN;
		flow->message = SW_MESSAGE_NONE;
		flow->step = SW_STEP_START;
	} else {
		flow->step = SW_STEP_MYSQL_DATA;
	}
}

static __always_inline void sw_mysql_login_part(struct sw_wire *wire, struct sw_flow *flow, __u8 byte)
{
	switch (flow->field) {
	case SW_MYSQL_CAPABILITIES:
		if (flow->count < 2)
			flow->index |= (__u32)byte << (8 * flow->count);
		if (++flow->count == SW_MYSQL_FIXED) {
			flow->field = SW_MYSQL_USER;
			wire->text_length = 0;
		}
		break;
	case SW_MYSQL_USER:
		if (byte)
			sw_text_add(wire, byte);
		else
			flow->field = SW_MYSQL_PASSWORD_LENGTH;
		break;
	case SW_MYSQL_PASSWORD_LENGTH:
		flow->count = byte;
		flow->field = byte ? SW_MYSQL_PASSWORD : SW_MYSQL_DATABASE;
		break;
	case SW_MYSQL_PASSWORD:
		if (--flow->count == 0)
			flow->field = SW_MYSQL_DATABASE;
		break;
	default:
		if (!byte || !(flow->index & SW_MYSQL_WITH_DATABASE)) {
			flow->step = SW_STEP_MYSQL_DATA;
			break;
		}
		if (flow->count == 0)
			sw_text_add(wire, '/');
		flow->count = 1;
		sw_text_add(wire, byte);
	}
}

static __always_inline void sw_mysql_login_byte(struct sw_wire *wire, struct sw_flow *flow, __u8 byte)
{
	flow->number--;
	sw_mysql_login_part(wire, flow, byte);
	if (flow->number == 0)
		sw_mysql_login_end(wire, flow);
}

static __always_inline void sw_mysql_command_byte(struct sw_wire *wire, struct sw_flow *flow, __u8 byte)
{
	flow->protocol = SW_PROTOCOL_MYSQL;
	flow->flags &= (__u16)~SW_FLOW_LOST;
	flow->messages++;
	if (byte == SW_MYSQL_QUERY)
		wire->text_statements++;
	else if (byte == SW_MYSQL_PREPARE)
		wire->prepares++;
	else if (byte == SW_MYSQL_EXECUTE)
		wire->executes++;
	flow->field = byte;
	flow->method = SW_METHOD_OTHER;
	if (byte == SW_MYSQL_QUIT || byte == SW_MYSQL_CLOSE || byte == SW_MYSQL_LONG_DATA) {
		flow->method = SW_METHOD_NO_ANSWER;
		flow->started_ns = flow->head_done_ns;
	}
	flow->head_done_ns = 0;
	flow->number--;
	flow->step = SW_STEP_MYSQL_DATA;
}

static __always_inline void sw_mysql_status(struct sw_flow *flow, __u8 bits)
{
	flow->status = bits & SW_MYSQL_IN_TRANSACTION ? SW_TRANSACTION_OPEN : SW_TRANSACTION_IDLE;
}

static __always_inline void sw_mysql_answer_begins(struct sw_flow *flow, __u64 now)
{
	if (flow->message == SW_MESSAGE_COMPLETE)
		flow->messages++;
	flow->status = SW_TRANSACTION_UNKNOWN;
	flow->message = SW_MESSAGE_BODY;
	flow->started_ns = now;
	flow->done_ns = 0;
}

/* Rows and what else is long: its end shows in its last bytes. */
static __always_inline void sw_mysql_to_tail(struct sw_flow *flow)
{
	flow->number = 0;
	flow->hash = 0;
	flow->step = SW_STEP_MYSQL_TAIL;
}

/* 00, affected rows and the last id as numbers of 1 to 9 bytes, status (2 bytes), and what else there is. */
static __always_inline void sw_mysql_ok_byte(struct sw_flow *flow, __u8 byte)
{
	if (flow->hash == 2) {
		sw_mysql_status(flow, byte);
		flow->step = SW_STEP_MYSQL_ANSWER_DATA;
	} else if (flow->index) {
		flow->hash += --flow->index == 0;
	} else if (byte < 0xfc) {
		flow->hash++;
	} else {
		flow->index = byte == 0xfc ? 2 : byte == 0xfd ? 3 : 8;
	}
}

/*
 * The first packet of the server's exchange. An answer that is this packet alone ends with it: OK, an error, or what a
 * statement is prepared to where it has neither columns nor parameters (00, id (4 bytes), columns (2), parameters (2)).
 */
static __always_inline void sw_mysql_answer_byte(struct sw_flow *flow, const struct sw_flow *peer, __u8 byte, __u64 now)
{
	__u8 at = flow->count;

	if (at < 255)
		flow->count++;
	if (at == 0) {
		flow->method = (__u8)flow->status; /* which not every answer tells anew */
		sw_mysql_answer_begins(flow, now);
		flow->number = 0;
	}
	if (at < 3) {
		flow->number |= (__u64)byte << (8 * at);
		return;
	}
	if (at == 3)
		return;
	if (flow->number == 0) {
		sw_mysql_to_tail(flow);
		return;
	}
	flow->number--;
	if (at == 4) {
		flow->field = byte;
		flow->hash = 0;
		flow->index = 0;
		if (byte == SW_MYSQL_ERROR)
			flow->step = SW_STEP_MYSQL_ANSWER_DATA;
		else if (!(byte == SW_MYSQL_OK && flow->number >= 6) && !(byte == SW_MYSQL_EOF && flow->number == 4))
			sw_mysql_to_tail(flow);
	} else if (flow->field == SW_MYSQL_EOF) {
		if (at == 7) {
			sw_mysql_status(flow, byte);
			flow->step = SW_STEP_MYSQL_ANSWER_DATA;
		}
	} else if (peer->field == SW_MYSQL_PREPARE && peer->messages) {
		if (at >= 9)
			flow->hash |= byte;
		if (at == 12 && flow->hash) {
			sw_mysql_to_tail(flow);
		} else if (at == 12) {
			flow->status = flow->method;
			flow->step = SW_STEP_MYSQL_ANSWER_DATA;
		}
	} else {
		sw_mysql_ok_byte(flow, byte);
	}
}

/*
 * OK:                  07 00 00 seq 00 rows id status status warnings warnings
 * OK in place of EOF:  07 00 00 seq fe 00 00 status status warnings warnings
 * EOF:                       05 00 00 seq fe warnings warnings status status
 */
static __always_inline void sw_mysql_tail_byte(struct sw_flow *flow, __u8 byte, __u64 now)
{
	__u64 low;
	__u32 high, bits = 0;
	__u8 found = 0;

	flow->hash = flow->hash << 8 | (__u32)(flow->number >> 56);
	flow->number = flow->number << 8 | byte;
	low = flow->number;
	high = flow->hash;
	if ((high & 0xffffff) == 0x070000 && ((low >> 48 & 0xff) == 0x00 || (low >> 48 & 0xff) == 0xfe)) {
		bits = low >> 24 & 0xff;
		found = 1;
	} else if ((high & 0xff) == 0x05 && (low >> 48 & 0xffff) == 0 && (low >> 32 & 0xff) == 0xfe) {
		bits = low >> 8 & 0xff;
		found = 1;
	}
	if (found) {
		sw_mysql_status(flow, (__u8)bits);
		flow->message = SW_MESSAGE_COMPLETE;
		flow->done_ns = now;
	} else if (flow->message != SW_MESSAGE_BODY) {
		sw_mysql_answer_begins(flow, now);
	}
}

#endif
