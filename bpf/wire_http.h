/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* HTTP/1: start lines and the headers that frame a message (RFC 9112). */
#ifndef SOCKWARDEN_WIRE_HTTP_H
#define SOCKWARDEN_WIRE_HTTP_H

#include "bpf/wire_step.h"

enum { SW_FIELD_NONE = 0, SW_FIELD_CONNECTION, SW_FIELD_LENGTH, SW_FIELD_ENCODING, SW_FIELD_HOST, SW_FIELD_EXPECT };

#define SW_TEXT8(a, b, c, d, e, f, g, h)                                                                               \
	((__u64)(a) << 56 | (__u64)(b) << 48 | (__u64)(c) << 40 | (__u64)(d) << 32 | (__u64)(e) << 24 |                \
	 (__u64)(f) << 16 | (__u64)(g) << 8 | (__u64)(h))

/* A message begins, as far as its first byte can tell. */
static __always_inline void sw_http_begin(struct sw_flow *flow, __u64 now)
{
	sw_begin(flow, now);
	if (sw_is_http(flow))
		flow->http.framing = SW_FRAMING_UNKNOWN;
}

/* Is the latest byte but an optional CR the end of "TTP/major.minor"? */
static __always_inline int sw_ends_with_version(__u64 last, char major, char minor)
{
	return last == SW_TEXT8('T', 'T', 'P', '/', major, '.', minor, '\r') ||
	       last == SW_TEXT8('H', 'T', 'T', 'P', '/', major, '.', minor);
}

static __always_inline void sw_http_request_line(struct sw_wire *wire, struct sw_flow *flow)
{
	__u64 last = flow->parser.number;

	if (sw_ends_with_version(last, '1', '1')) {
		flow->protocol = SW_PROTOCOL_HTTP_1_1;
	} else if (sw_ends_with_version(last, '1', '0')) {
		flow->protocol = SW_PROTOCOL_HTTP_1_0;
	} else if (sw_ends_with_version(last, '2', '0') && flow->messages == 0 &&
		   flow->parser.hash == sw_hash_of("PRI")) {
		sw_become(flow, SW_PROTOCOL_HTTP_2);
		flow->flags |= SW_FLOW_REQUEST;
		flow->flags &= (__u16)~SW_FLOW_LOST;
		flow->message = SW_MESSAGE_NONE;
		sw_to_number(flow, SW_STEP_H2_PREFACE);
		return;
	} else {
		sw_lose(flow);
		return;
	}
	if (flow->parser.hash == sw_hash_of("GET"))
		flow->http.method = SW_METHOD_GET;
	else if (flow->parser.hash == sw_hash_of("HEAD"))
		flow->http.method = SW_METHOD_HEAD;
	else if (flow->parser.hash == sw_hash_of("CONNECT"))
		flow->http.method = SW_METHOD_CONNECT;
	else
		flow->http.method = SW_METHOD_OTHER;
	flow->flags = (__u16)((flow->flags & ~SW_FLOW_RESPONSE) | SW_FLOW_REQUEST);
	flow->parser.number = 0;
	flow->parser.step = SW_STEP_LINE;
	if (flow->messages == 0)
		wire->text_length = 0;
}

static __always_inline void sw_http_method_byte(struct sw_flow *flow, __u8 byte)
{
	if ((byte >= 'A' && byte <= 'Z') || byte == '-') {
		flow->parser.hash = sw_hash(flow->parser.hash, byte);
		if (++flow->parser.count > 24)
			sw_lose(flow);
	} else if (byte == ' ' && flow->parser.count) {
		flow->parser.number = 0;
		flow->parser.step = SW_STEP_TARGET;
	} else if (byte == '/' && flow->parser.hash == sw_hash_of("HTTP")) {
		sw_to_number(flow, SW_STEP_VERSION);
	} else if (byte == '\r' && flow->parser.hash == sw_hash_of("PING") && flow->messages == 0) {
		sw_become(flow, SW_PROTOCOL_REDIS); /* an inline command */
		flow->flags |= SW_FLOW_REQUEST;
		flow->messages++;
		flow->message = SW_MESSAGE_NONE;
		flow->parser.step = SW_STEP_REST;
	} else {
		sw_lose(flow);
	}
}

/* After "HTTP/": "1.x SSS". */
static __always_inline void sw_http_version_byte(struct sw_flow *flow, __u8 byte)
{
	flow->parser.number = flow->parser.number << 8 | byte;
	if (++flow->parser.count < 4)
		return;
	if (flow->parser.number == (('1' << 24) | ('.' << 16) | ('1' << 8) | ' ')) {
		flow->protocol = SW_PROTOCOL_HTTP_1_1;
	} else if (flow->parser.number == (('1' << 24) | ('.' << 16) | ('0' << 8) | ' ')) {
		flow->protocol = SW_PROTOCOL_HTTP_1_0;
	} else {
		sw_lose(flow);
		return;
	}
	sw_to_number(flow, SW_STEP_STATUS);
}

static __always_inline void sw_http_status_byte(struct sw_flow *flow, __u8 byte)
{
	if (byte < '0' || byte > '9') {
		sw_lose(flow);
		return;
	}
	flow->parser.number = flow->parser.number * 10 + (byte - '0');
	if (++flow->parser.count < 3)
		return;
	flow->http.status = (__u16)flow->parser.number;
	flow->parser.number = 0;
	flow->flags = (__u16)((flow->flags & ~SW_FLOW_REQUEST) | SW_FLOW_RESPONSE);
	flow->parser.step = SW_STEP_SKIP_LINE;
}

static __always_inline void sw_http_body(struct sw_flow *flow, int may_have_body, int is_request, __u64 now)
{
	flow->messages++;
	flow->flags &= (__u16)~SW_FLOW_LOST;
	if (!may_have_body) {
		flow->http.framing = SW_FRAMING_NONE;
		sw_complete(flow, now);
		return;
	}
	flow->message = SW_MESSAGE_BODY;
	if (flow->flags & SW_FLOW_BAD_LENGTH) {
		flow->http.framing = SW_FRAMING_UNKNOWN;
		flow->flags |= SW_FLOW_LOST;
		flow->parser.step = SW_STEP_REST;
	} else if (flow->flags & SW_FLOW_CHUNKED) {
		flow->http.framing = SW_FRAMING_CHUNKED;
		sw_to_number(flow, SW_STEP_CHUNK_SIZE);
	} else if (flow->flags & SW_FLOW_LENGTH && flow->parser.number) {
		flow->http.framing = SW_FRAMING_LENGTH;
		flow->parser.step = SW_STEP_BODY;
	} else if (flow->flags & SW_FLOW_LENGTH || is_request) {
		flow->http.framing = flow->flags & SW_FLOW_LENGTH ? SW_FRAMING_LENGTH : SW_FRAMING_NONE;
		sw_complete(flow, now);
	} else {
		flow->http.framing = SW_FRAMING_UNTIL_CLOSE;
		flow->flags |= SW_FLOW_CLOSE;
		flow->parser.step = SW_STEP_UNTIL_CLOSE;
	}
}

static __always_inline void sw_http_response_end(struct sw_flow *flow, const struct sw_flow *peer, __u64 now)
{
	__u32 request = flow->http.answered;
	int has_body = flow->http.status != 204 && flow->http.status != 304;

	if (flow->http.status < 200 && flow->http.status != 101) {
		if (flow->http.status == 100)
			flow->flags |= SW_FLOW_EXPECT;
		flow->message = SW_MESSAGE_NONE;
		flow->head_done_ns = 0;
		flow->parser.number = 0;
		flow->parser.step = SW_STEP_START;
		return;
	}
	/* Where the count of answers is not known, the latest request is the one answered. */
	if (flow->flags & SW_FLOW_LOST && peer->messages)
		request = peer->messages - 1;
	flow->http.answered = request + 1;
	if (flow->http.status == 101 ||
	    (sw_is_http(peer) && peer->http.method == SW_METHOD_CONNECT && flow->http.status < 300)) {
		flow->messages++;
		flow->flags |= SW_FLOW_UPGRADED;
		flow->message = SW_MESSAGE_COMPLETE;
		flow->done_ns = now;
		flow->parser.step = SW_STEP_OTHER;
		return;
	}
	if (!sw_is_http(peer) || peer->messages - request > 32 || peer->messages == request) {
		/* Its request was not seen: HEAD or not is unknown, and so is whether a body follows. */
		if (has_body && !(flow->flags & SW_FLOW_LENGTH && flow->parser.number == 0))
			flow->flags |= SW_FLOW_BAD_LENGTH;
	} else if (peer->http.head_requests >> (request % 32) & 1) {
		has_body = 0;
	}
	sw_http_body(flow, has_body, 0, now);
}

static __always_inline void sw_http_head_end(struct sw_flow *flow, const struct sw_flow *peer, __u64 now)
{
	__u32 bit = 1u << (flow->messages % 32);

	flow->head_done_ns = now;
	if (flow->protocol == SW_PROTOCOL_HTTP_1_0 && !(flow->flags & SW_FLOW_KEEP_ALIVE))
		flow->flags |= SW_FLOW_CLOSE;
	/* RFC 9112, 6.3: both is an error or an attack. */
	if (flow->flags & SW_FLOW_CHUNKED && flow->flags & SW_FLOW_LENGTH)
		flow->flags |= SW_FLOW_BAD_LENGTH;
	if (flow->flags & SW_FLOW_REQUEST) {
		flow->http.head_requests = flow->http.method == SW_METHOD_HEAD ? flow->http.head_requests | bit
									       : flow->http.head_requests & ~bit;
		sw_http_body(flow, flow->http.method != SW_METHOD_CONNECT, 1, now);
	} else {
		sw_http_response_end(flow, peer, now);
	}
}

static __always_inline void sw_http_line_byte(struct sw_flow *flow, __u8 byte)
{
	__u8 lower = sw_lower(byte);

	if (byte == '\n') {
		flow->parser.step = SW_STEP_HEAD_END;
	} else if (byte == '\r') {
		flow->parser.step = SW_STEP_LINE_END;
	} else if (byte == ' ' || byte == '\t') {
		/* A folded line may hold the rest of a length: obsolete, and no longer followed. */
		flow->flags |= SW_FLOW_BAD_LENGTH;
		flow->parser.step = SW_STEP_SKIP_LINE;
	} else if (lower == 'c' || lower == 't' || lower == 'h' || lower == 'e') {
		flow->parser.hash = sw_hash(SW_HASH_SEED, lower);
		flow->parser.step = SW_STEP_NAME;
	} else {
		flow->parser.step = SW_STEP_SKIP_LINE;
	}
}

static __always_inline void sw_http_name_end(struct sw_flow *flow)
{
	__u32 hash = flow->parser.hash;

	flow->parser.hash = SW_HASH_SEED;
	flow->parser.count = 0;
	flow->parser.step = SW_STEP_TOKENS;
	if (hash == sw_hash_of("connection")) {
		flow->parser.field = SW_FIELD_CONNECTION;
	} else if (hash == sw_hash_of("content-length")) {
		if (flow->flags & SW_FLOW_LENGTH)
			flow->flags |= SW_FLOW_BAD_LENGTH;
		flow->flags |= SW_FLOW_LENGTH;
		flow->parser.number = 0;
		flow->parser.step = SW_STEP_LENGTH;
	} else if (hash == sw_hash_of("transfer-encoding")) {
		flow->parser.field = SW_FIELD_ENCODING;
	} else if (hash == sw_hash_of("expect")) {
		flow->parser.field = SW_FIELD_EXPECT;
	} else if (hash == sw_hash_of("host") && flow->messages == 0) {
		flow->parser.step = SW_STEP_HOST;
	} else {
		flow->parser.step = SW_STEP_SKIP_LINE;
	}
}

static __always_inline void sw_http_name_byte(struct sw_flow *flow, __u8 byte)
{
	if (byte == ':')
		sw_http_name_end(flow);
	else if (byte == '\n')
		flow->parser.step = SW_STEP_LINE; /* no colon: it says nothing */
	else
		flow->parser.hash = sw_hash(flow->parser.hash, sw_lower(byte));
}

/* count: 0 before the digits, 1 in them, 2 after. */
static __always_inline void sw_http_length_byte(struct sw_flow *flow, __u8 byte)
{
	if (byte >= '0' && byte <= '9') {
		if (flow->parser.count == 2 || flow->parser.number >> 56)
			flow->flags |= SW_FLOW_BAD_LENGTH;
		else
			flow->parser.number = flow->parser.number * 10 + (byte - '0');
		if (flow->parser.count == 0)
			flow->parser.count = 1;
	} else if (byte == ' ' || byte == '\t' || byte == '\r') {
		if (flow->parser.count == 1)
			flow->parser.count = 2;
	} else {
		if (byte != '\n' || flow->parser.count == 0)
			flow->flags |= SW_FLOW_BAD_LENGTH;
		flow->parser.step = byte == '\n' ? SW_STEP_LINE : SW_STEP_SKIP_LINE;
	}
}

static __always_inline void sw_http_token_end(struct sw_flow *flow)
{
	if (!flow->parser.count)
		return;
	if (flow->parser.field == SW_FIELD_CONNECTION) {
		if (flow->parser.hash == sw_hash_of("close"))
			flow->flags |= SW_FLOW_CLOSE;
		else if (flow->parser.hash == sw_hash_of("keep-alive"))
			flow->flags |= SW_FLOW_KEEP_ALIVE;
	} else if (flow->parser.field == SW_FIELD_ENCODING) {
		/* Only as the last coding does it frame the message. */
		if (flow->parser.hash == sw_hash_of("chunked"))
			flow->flags |= SW_FLOW_CHUNKED;
		else
			flow->flags &= (__u16)~SW_FLOW_CHUNKED;
	} else if (flow->parser.hash == sw_hash_of("100-continue")) {
		flow->flags |= SW_FLOW_EXPECT;
	}
	flow->parser.hash = SW_HASH_SEED;
	flow->parser.count = 0;
}

static __always_inline void sw_http_tokens_byte(struct sw_flow *flow, __u8 byte)
{
	if (byte == ' ' || byte == '\t' || byte == ',' || byte == ';' || byte == '\r' || byte == '\n') {
		sw_http_token_end(flow);
		if (byte == '\n')
			flow->parser.step = SW_STEP_LINE;
		return;
	}
	flow->parser.hash = sw_hash(flow->parser.hash, sw_lower(byte));
	flow->parser.count = 1;
}

#endif
