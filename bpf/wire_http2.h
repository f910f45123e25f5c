/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* HTTP/2: the preface's rest and frame headers (RFC 9113). */
#ifndef SOCKWARDEN_WIRE_HTTP2_H
#define SOCKWARDEN_WIRE_HTTP2_H

#include "bpf/wire_step.h"

enum sw_h2_frame_type { SW_H2_DATA = 0, SW_H2_HEADERS = 1, SW_H2_RST_STREAM = 3, SW_H2_SETTINGS = 4 };
enum { SW_H2_END_STREAM = 1 };
/* One parameter of SETTINGS; the longest frame before anything else is agreed on. */
enum { SW_H2_PARAMETER = 6, SW_H2_FRAME_MAX = 16384, SW_H2_FIRST_BYTES = 8 };

/*
 * Is this, but for its last byte, the header of the frame that each server begins with? It need not wait for the
 * client's preface. Length (3 bytes), SETTINGS, no flags, stream 0.
 */
static __always_inline int sw_h2_is_first_frame(__u64 bytes)
{
	__u32 length = (__u32)(bytes >> 40);

	return (bytes & 0xffffffffff) == (__u64)SW_H2_SETTINGS << 32 && length <= SW_H2_FRAME_MAX &&
	       length % SW_H2_PARAMETER == 0;
}

/* As if these bytes had been read as a frame's from the first. */
static __always_inline void sw_h2_server_begins(struct sw_flow *flow)
{
	sw_become(flow, SW_PROTOCOL_HTTP_2);
	flow->flags |= SW_FLOW_RESPONSE;
	flow->message = SW_MESSAGE_NONE;
	flow->parser.number >>= 40;
	flow->parser.field = SW_H2_SETTINGS;
	flow->parser.kept = 0;
	flow->parser.hash = 0;
	flow->parser.count = SW_H2_FIRST_BYTES;
	flow->parser.step = SW_STEP_H2_FRAME;
}

/* Type in `field`, flags in `kept`, stream in `hash`. */
static __always_inline void sw_h2_frame(struct sw_flow *flow, __u64 now)
{
	__u8 type = flow->parser.field, ends = type <= SW_H2_HEADERS && flow->parser.kept & SW_H2_END_STREAM;

	if (flow->flags & SW_FLOW_REQUEST) {
		if (type == SW_H2_HEADERS && flow->parser.hash > flow->http2.stream) {
			flow->http2.stream = flow->parser.hash;
			flow->messages++;
			flow->started_ns = now;
			flow->message = SW_MESSAGE_BODY;
		}
		if (flow->parser.hash != flow->http2.stream)
			return;
		if (type == SW_H2_RST_STREAM)
			flow->message = SW_MESSAGE_NONE;
		if (ends) {
			flow->message = SW_MESSAGE_COMPLETE;
			flow->done_ns = now;
		}
		return;
	}
	if ((type == SW_H2_HEADERS || type == SW_H2_RST_STREAM) && flow->parser.hash > flow->http2.stream)
		flow->http2.stream = flow->parser.hash;
	if (ends || type == SW_H2_RST_STREAM) {
		flow->messages++;
		flow->done_ns = now;
	}
}

/* The peer began with something else than the preface: what looked like SETTINGS was none. */
static __always_inline void sw_h2_is_none(struct sw_flow *flow)
{
	sw_become(flow, SW_PROTOCOL_OTHER);
	flow->flags &= (__u16)~SW_FLOW_RESPONSE;
	flow->parser.step = SW_STEP_OTHER;
}

static __always_inline void sw_h2_frame_byte(struct sw_flow *flow, __u8 byte, __u64 now)
{
	__u8 at = flow->parser.count++;

	if (at < 3) {
		flow->parser.number = flow->parser.number << 8 | byte;
	} else if (at == 3) {
		flow->parser.field = byte;
	} else if (at == 4) {
		flow->parser.kept = byte;
		flow->parser.hash = 0;
	} else {
		flow->parser.hash = flow->parser.hash << 8 | byte;
	}
	if (at < 8)
		return;
	flow->parser.hash &= 0x7fffffff;
	if (flow->parser.hash & 1) /* a stream that the client opened; a pushed one is even */
		sw_h2_frame(flow, now);
	flow->parser.step = SW_STEP_H2_DATA;
}

#endif
