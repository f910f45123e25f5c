/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* HTTP/2: the preface's rest and frame headers (RFC 9113). */
#ifndef SOCKWARDEN_WIRE_HTTP2_H
#define SOCKWARDEN_WIRE_HTTP2_H

#include "bpf/wire_step.h"

enum sw_h2_frame_type { SW_H2_DATA = 0, SW_H2_HEADERS = 1, SW_H2_RST_STREAM = 3 };
enum { SW_H2_END_STREAM = 1 };

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
