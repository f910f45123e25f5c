/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* HTTP/2: the preface's rest and frame headers (RFC 9113). */
#ifndef SOCKWARDEN_WIRE_HTTP2_H
#define SOCKWARDEN_WIRE_HTTP2_H

#include "bpf/wire_step.h"

static __always_inline void sw_h2_frame_byte(struct sw_flow *flow, __u8 byte, __u64 now)
{
	__u8 at = flow->count++;

	if (at < 3) {
		flow->number = flow->number << 8 | byte;
	} else if (at == 3) {
		flow->field = byte;
	} else if (at == 4) {
		flow->status = byte;
		flow->hash = 0;
	} else {
		flow->hash = flow->hash << 8 | byte;
	}
	if (at < 8)
		return;
	flow->hash &= 0x7fffffff;
	if (flow->flags & SW_FLOW_REQUEST) {
		if (flow->field == 1 && flow->hash > flow->index) { /* HEADERS that open a stream */
			flow->index = flow->hash;
			flow->messages++;
			flow->started_ns = now;
		}
	} else if (flow->field <= 1 && flow->status & 1) { /* DATA or HEADERS with END_STREAM */
		flow->messages++;
		flow->done_ns = now;
	}
	flow->status = 0;
	flow->step = SW_STEP_H2_DATA;
}

#endif
