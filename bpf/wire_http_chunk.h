/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* HTTP/1: chunk headers and trailers (RFC 9112, 7.1). */
#ifndef SOCKWARDEN_WIRE_HTTP_CHUNK_H
#define SOCKWARDEN_WIRE_HTTP_CHUNK_H

#include "bpf/wire_step.h"

static __always_inline void sw_http_chunk_size_end(struct sw_flow *flow)
{
	if (!flow->parser.count) {
		sw_lose(flow);
	} else if (flow->parser.number == 0) {
		flow->parser.step = SW_STEP_TRAILER;
	} else {
		flow->parser.number += 2; /* the CRLF behind the data */
		flow->parser.step = SW_STEP_CHUNK_DATA;
	}
}

static __always_inline void sw_http_chunk_size_byte(struct sw_flow *flow, __u8 byte)
{
	__u8 lower = sw_lower(byte);

	if (byte == '\n') {
		sw_http_chunk_size_end(flow);
	} else if (byte == ';' || byte == ' ' || byte == '\t') {
		flow->parser.step = SW_STEP_CHUNK_EXTENSION;
	} else if (byte != '\r') {
		__u8 digit = lower >= 'a' && lower <= 'f' ? (__u8)(lower - 'a' + 10) : (__u8)(byte - '0');

		if (digit > 15 || (lower < 'a' && digit > 9) || flow->parser.number >> 56) {
			sw_lose(flow);
			return;
		}
		flow->parser.number = flow->parser.number << 4 | digit;
		flow->parser.count = 1;
	}
}

static __always_inline void sw_http_chunk_byte(struct sw_flow *flow, __u8 byte, __u64 now)
{
	switch (flow->parser.step) {
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
			flow->parser.step = SW_STEP_TRAILER_LINE;
		break;
	default: /* SW_STEP_TRAILER_LINE */
		if (byte == '\n')
			flow->parser.step = SW_STEP_TRAILER;
	}
}

#endif
