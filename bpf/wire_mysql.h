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
	/* Events without end; a semi-synchronous replica acknowledges them with packets that are no commands. */
	SW_MYSQL_BINLOG_DUMP = 0x12,
	SW_MYSQL_BINLOG_DUMP_GTID = 0x1e,
	SW_MYSQL_ACKNOWLEDGED = 0xef,
	/* The connection goes over to another protocol. */
	SW_MYSQL_CLONE = 0x20,
	SW_MYSQL_GROUP_REPLICATION = 0x21,
};
/* First byte of an answer. */
enum { SW_MYSQL_OK = 0x00, SW_MYSQL_EOF = 0xfe, SW_MYSQL_ERROR = 0xff };
enum { SW_MYSQL_IN_TRANSACTION = 1 };
/* Capabilities of the login's first two bytes; the login's fixed part. */
enum { SW_MYSQL_WITH_DATABASE = 1 << 3, SW_MYSQL_SSL = 1 << 11, SW_MYSQL_FIXED = 32 };
/* Parts of the login; sw_flow_parser.field. */
enum { SW_MYSQL_CAPABILITIES = 0, SW_MYSQL_USER, SW_MYSQL_PASSWORD_LENGTH, SW_MYSQL_PASSWORD, SW_MYSQL_DATABASE };

/* Length (3 bytes, little-endian), sequence 0, protocol version 10. */
static __always_inline void sw_mysql_greeting_byte(struct sw_flow *flow, __u8 byte)
{
	__u8 at = ++flow->parser.count;

	if ((at < 4 && byte != 0) || (at == 4 && byte != 10)) {
		sw_lose(flow);
	} else if (at == 4) {
		sw_become(flow, SW_PROTOCOL_MYSQL);
		flow->flags |= SW_FLOW_RESPONSE;
		flow->parser.number = 0;
		flow->parser.hash = 0;
		flow->parser.step = SW_STEP_MYSQL_TAIL;
	}
}

static __always_inline void sw_mysql_packet_byte(struct sw_flow *flow, __u8 byte, __u64 now)
{
	__u8 at = flow->parser.count++;

	if (at == 0)
		flow->parser.number = 0;
	if (at < 3) {
		flow->parser.number |= (__u64)byte << (8 * at);
		return;
	}
	flow->parser.count = 0;
	flow->flags |= SW_FLOW_REQUEST;
	if (byte == 0 && flow->parser.number) {
		__u64 asked_ns = flow->started_ns;

		sw_begin(flow, now);
		flow->head_done_ns = asked_ns; /* until the command says whether it asks, too */
		flow->parser.step = SW_STEP_MYSQL_COMMAND;
	} else if (byte == 1 && flow->messages == 0 && flow->parser.number >= SW_MYSQL_FIXED &&
		   !(flow->flags & SW_FLOW_STARTTLS)) {
		sw_become(flow, SW_PROTOCOL_MYSQL);
		flow->parser.field = SW_MYSQL_CAPABILITIES;
		flow->parser.left = 0;
		flow->parser.hash = (__u32)flow->parser.number == SW_MYSQL_FIXED;
		flow->messages = 0;
		flow->parser.step = SW_STEP_MYSQL_LOGIN;
	} else {
		flow->parser.step = SW_STEP_MYSQL_DATA;
	}
}

static __always_inline void sw_mysql_login_end(struct sw_wire *wire, struct sw_flow *flow)
{
	if (flow->parser.hash && flow->parser.left & SW_MYSQL_SSL) {
		wire->inner = SW_PROTOCOL_MYSQL;
		flow->flags |= SW_FLOW_STARTTLS;
		sw_become(flow, SW_PROTOCOL_UNKNOWN);
		flow->message = SW_MESSAGE_NONE;
		flow->parser.step = SW_STEP_START;
	} else {
		flow->parser.step = SW_STEP_MYSQL_DATA;
	}
}

static __always_inline void sw_mysql_login_part(struct sw_wire *wire, struct sw_flow *flow, __u8 byte)
{
	switch (flow->parser.field) {
	case SW_MYSQL_CAPABILITIES:
		if (flow->parser.count < 2)
			flow->parser.left |= (__u32)byte << (8 * flow->parser.count);
		if (++flow->parser.count == SW_MYSQL_FIXED) {
			flow->parser.field = SW_MYSQL_USER;
			wire->text_length = 0;
		}
		break;
	case SW_MYSQL_USER:
		if (byte)
			sw_text_add(wire, byte);
		else
			flow->parser.field = SW_MYSQL_PASSWORD_LENGTH;
		break;
	case SW_MYSQL_PASSWORD_LENGTH:
		flow->parser.count = byte;
		flow->parser.field = byte ? SW_MYSQL_PASSWORD : SW_MYSQL_DATABASE;
		break;
	case SW_MYSQL_PASSWORD:
		if (--flow->parser.count == 0)
			flow->parser.field = SW_MYSQL_DATABASE;
		break;
	default:
		if (!byte || !(flow->parser.left & SW_MYSQL_WITH_DATABASE)) {
			flow->parser.step = SW_STEP_MYSQL_DATA;
			break;
		}
		if (flow->parser.count == 0)
			sw_text_add(wire, '/');
		flow->parser.count = 1;
		sw_text_add(wire, byte);
	}
}

static __always_inline void sw_mysql_login_byte(struct sw_wire *wire, struct sw_flow *flow, __u8 byte)
{
	flow->parser.number--;
	sw_mysql_login_part(wire, flow, byte);
	if (flow->parser.number == 0)
		sw_mysql_login_end(wire, flow);
}

static __always_inline int sw_mysql_goes_over(__u8 command)
{
	return command == SW_MYSQL_CLONE || command == SW_MYSQL_GROUP_REPLICATION;
}

static __always_inline int sw_mysql_streams(__u8 command)
{
	return command == SW_MYSQL_BINLOG_DUMP || command == SW_MYSQL_BINLOG_DUMP_GTID || sw_mysql_goes_over(command);
}

static __always_inline void sw_mysql_command_byte(struct sw_wire *wire, struct sw_flow *flow, __u8 byte)
{
	flow->protocol = SW_PROTOCOL_MYSQL;
	flow->flags &= (__u16)~SW_FLOW_LOST;
	flow->messages++;
	if (sw_mysql_goes_over(flow->mysql.command) ||
	    (byte == SW_MYSQL_ACKNOWLEDGED && sw_mysql_streams(flow->mysql.command)))
		byte = flow->mysql.command;
	if (sw_mysql_streams(byte))
		flow->flags |= SW_FLOW_BLOCKING;
	if (byte == SW_MYSQL_QUERY)
		wire->text_statements++;
	else if (byte == SW_MYSQL_PREPARE)
		wire->prepares++;
	else if (byte == SW_MYSQL_EXECUTE)
		wire->executes++;
	flow->mysql.command = byte;
	flow->mysql.no_answer = 0;
	if (byte == SW_MYSQL_QUIT || byte == SW_MYSQL_CLOSE || byte == SW_MYSQL_LONG_DATA) {
		flow->mysql.no_answer = 1;
		flow->started_ns = flow->head_done_ns;
	}
	flow->head_done_ns = 0;
	flow->parser.number--;
	flow->parser.step = SW_STEP_MYSQL_DATA;
}

static __always_inline void sw_mysql_status(struct sw_flow *flow, __u8 bits)
{
	flow->mysql.transaction = bits & SW_MYSQL_IN_TRANSACTION ? SW_TRANSACTION_OPEN : SW_TRANSACTION_IDLE;
}

static __always_inline void sw_mysql_answer_begins(struct sw_flow *flow, __u64 now)
{
	if (flow->message == SW_MESSAGE_COMPLETE)
		flow->messages++;
	flow->mysql.transaction = SW_TRANSACTION_UNKNOWN;
	flow->message = SW_MESSAGE_BODY;
	flow->started_ns = now;
	flow->done_ns = 0;
}

/* Rows and what else is long: its end shows in its last bytes. */
static __always_inline void sw_mysql_to_tail(struct sw_flow *flow)
{
	flow->parser.number = 0;
	flow->parser.hash = 0;
	flow->parser.step = SW_STEP_MYSQL_TAIL;
}

/* 00, affected rows and the last id as numbers of 1 to 9 bytes, status (2 bytes), and what else there is. */
static __always_inline void sw_mysql_ok_byte(struct sw_flow *flow, __u8 byte)
{
	if (flow->parser.hash == 2) {
		sw_mysql_status(flow, byte);
		flow->parser.step = SW_STEP_MYSQL_ANSWER_DATA;
	} else if (flow->parser.left) {
		flow->parser.hash += --flow->parser.left == 0;
	} else if (byte < 0xfc) {
		flow->parser.hash++;
	} else {
		flow->parser.left = byte == 0xfc ? 2 : byte == 0xfd ? 3 : 8;
	}
}

/*
 * The first packet of the server's exchange. An answer that is this packet alone ends with it: OK, an error, or what a
 * statement is prepared to where it has neither columns nor parameters (00, id (4 bytes), columns (2), parameters (2)).
 */
static __always_inline void sw_mysql_answer_byte(struct sw_flow *flow, const struct sw_flow *peer, __u8 byte, __u64 now)
{
	__u8 at = flow->parser.count;

	if (at < 255)
		flow->parser.count++;
	if (at == 0) {
		flow->parser.kept = flow->mysql.transaction; /* which not every answer tells anew */
		sw_mysql_answer_begins(flow, now);
		flow->parser.number = 0;
	}
	if (at < 3) {
		flow->parser.number |= (__u64)byte << (8 * at);
		return;
	}
	if (at == 3)
		return;
	if (flow->parser.number == 0) {
		sw_mysql_to_tail(flow);
		return;
	}
	flow->parser.number--;
	if (at == 4) {
		flow->parser.field = byte;
		flow->parser.hash = 0;
		flow->parser.left = 0;
		if (byte == SW_MYSQL_ERROR)
			flow->parser.step = SW_STEP_MYSQL_ANSWER_DATA;
		else if (!(byte == SW_MYSQL_OK && flow->parser.number >= 6) &&
			 !(byte == SW_MYSQL_EOF && flow->parser.number == 4))
			sw_mysql_to_tail(flow);
	} else if (flow->parser.field == SW_MYSQL_EOF) {
		if (at == 7) {
			sw_mysql_status(flow, byte);
			flow->parser.step = SW_STEP_MYSQL_ANSWER_DATA;
		}
	} else if (peer->protocol == SW_PROTOCOL_MYSQL && peer->mysql.command == SW_MYSQL_PREPARE) {
		if (at >= 9)
			flow->parser.hash |= byte;
		if (at == 12 && flow->parser.hash) {
			sw_mysql_to_tail(flow);
		} else if (at == 12) {
			flow->mysql.transaction = flow->parser.kept;
			flow->parser.step = SW_STEP_MYSQL_ANSWER_DATA;
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

	flow->parser.hash = flow->parser.hash << 8 | (__u32)(flow->parser.number >> 56);
	flow->parser.number = flow->parser.number << 8 | byte;
	low = flow->parser.number;
	high = flow->parser.hash;
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
