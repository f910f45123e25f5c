/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* MySQL: greeting, login, commands, and the status flags in the packet that ends the server's turn. */
#ifndef SOCKWARDEN_WIRE_MYSQL_H
#define SOCKWARDEN_WIRE_MYSQL_H

#include "bpf/wire_step.h"

enum { SW_MYSQL_QUERY = 0x03, SW_MYSQL_PREPARE = 0x16, SW_MYSQL_EXECUTE = 0x17 };
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
		sw_begin(flow, now);
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
	flow->number--;
	flow->step = SW_STEP_MYSQL_DATA;
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
		flow->status = bits & SW_MYSQL_IN_TRANSACTION ? SW_TRANSACTION_OPEN : SW_TRANSACTION_IDLE;
		flow->message = SW_MESSAGE_COMPLETE;
		flow->done_ns = now;
	} else if (flow->message != SW_MESSAGE_BODY) {
		if (flow->message == SW_MESSAGE_COMPLETE)
			flow->messages++;
		flow->status = SW_TRANSACTION_UNKNOWN;
		flow->message = SW_MESSAGE_BODY;
		flow->started_ns = now;
		flow->done_ns = 0;
	}
}

#endif
