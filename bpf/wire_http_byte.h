/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* HTTP/1 heads a byte at a time: every way to write one, and every place to cut it. */
#ifndef SOCKWARDEN_WIRE_HTTP_BYTE_H
#define SOCKWARDEN_WIRE_HTTP_BYTE_H

#include "bpf/wire_http.h"

/* The next message where the flow is known to be HTTP/1. */
static __always_inline void sw_http_start_byte(struct sw_flow *flow, const struct sw_flow *peer, __u8 byte, __u64 now)
{
	if (peer->flags & SW_FLOW_UPGRADED) {
		flow->parser.step = SW_STEP_OTHER;
		return;
	}
	if (byte == '\r' || byte == '\n')
		return; /* RFC 9112, 2.2: an empty line before a message is ignored */
	sw_http_begin(flow, now);
	sw_to_number(flow, SW_STEP_METHOD);
	flow->parser.hash = SW_HASH_SEED;
	sw_http_method_byte(flow, byte);
}

static __always_inline void sw_http_byte(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
					 __u8 byte, __u64 now)
{
	switch (flow->parser.step) {
	case SW_STEP_START:
		sw_http_start_byte(flow, peer, byte, now);
		break;
	case SW_STEP_METHOD:
		if (byte == 0 && flow->parser.count == 1 && peer->protocol == SW_PROTOCOL_UNKNOWN) {
			/* No letter but the length of a MySQL greeting. */
			flow->parser.count = 1;
			flow->parser.step = SW_STEP_MYSQL_GREETING;
		} else {
			sw_http_method_byte(flow, byte);
		}
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
			flow->parser.step = SW_STEP_HEAD_END;
		else
			sw_lose(flow);
		break;
	case SW_STEP_NAME:
		sw_http_name_byte(flow, byte);
		break;
	case SW_STEP_SKIP_LINE:
		if (byte == '\n')
			flow->parser.step = SW_STEP_LINE;
		break;
	case SW_STEP_LENGTH:
		sw_http_length_byte(flow, byte);
		break;
	case SW_STEP_TOKENS:
		sw_http_tokens_byte(flow, byte);
		break;
	default: /* SW_STEP_HOST */
		if (byte == '\n')
			flow->parser.step = SW_STEP_LINE;
		else if (byte > ' ')
			sw_text_add(wire, byte);
	}
}

#endif
