/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * HTTP/1 heads eight bytes at a time: most of what the parser sees. Most lines of a head do not matter, and those that
 * do are nearly always written in the same way. What is written otherwise, or cut by the packet's end, is left to
 * sw_http_byte(), which knows all ways: nothing is guessed here, and any cut gives the same state.
 *
 * Words are little-endian, as every host that this runs on. Memory is read at offsets that the verifier knows: before
 * 5.12 it takes no others on the stack. What starts between two words is put together in registers.
 */
#ifndef SOCKWARDEN_WIRE_HTTP_HEAD_H
#define SOCKWARDEN_WIRE_HTTP_HEAD_H

#include "bpf/wire_http.h"

/* A word for what came before, the packet's, and zeros: a line's first words can be read wherever it starts. */
enum { SW_HEAD_WORDS = 32, SW_HEAD_BYTES = 8 * SW_HEAD_WORDS, SW_HEAD_ROOM = 1 + SW_HEAD_WORDS + 4 };

/* The word behind a newline, whose place in words[0] is `shift`, in bits. */
static __always_inline __u64 sw_word_from(const __u64 *words, __u64 shift)
{
	return words[0] >> shift >> 8 | words[1] << (56 - shift);
}

/* The first `size` bytes of a text as they lie in a word; folds at compile time. */
static __always_inline __u64 sw_text_word(const char *text, int size)
{
	__u64 word = 0;

	for (int i = 0; i < size; i++)
		word |= (__u64)(__u8)text[i] << (8 * i);
	return word;
}

/* The bit that tells upper case from lower, at the letters of a text in lower case. */
static __always_inline __u64 sw_letter_bits(const char *text, int size)
{
	__u64 bits = 0;

	for (int i = 0; i < size; i++)
		if (text[i] >= 'a' && text[i] <= 'z')
			bits |= (__u64)0x20 << (8 * i);
	return bits;
}

/* Does the word begin with this text of lower case, in any case? */
#define SW_BEGINS(word, text)                                                                                          \
	(((((word) | sw_letter_bits(text, sizeof(text) - 1)) ^ sw_text_word(text, sizeof(text) - 1))                   \
	  << (64 - 8 * (sizeof(text) - 1))) == 0)

/* The highest bit of each byte that is a newline; exact up to the first. */
static __always_inline __u64 sw_newlines(__u64 word)
{
	__u64 zero_at_lf = word ^ 0x0a0a0a0a0a0a0a0a;

	return (zero_at_lf - 0x0101010101010101) & ~zero_at_lf & 0x8080808080808080;
}

/* Eight times the place of the lowest of these bits: what a count of trailing zeros would give. */
static __always_inline __u64 sw_first_shift(__u64 newlines)
{
	__u64 lowest = newlines & -newlines;

	return (lowest >> 7) * 0x0008101820283038 >> 56;
}

/* "content-length: 123456\r\n" */
static __always_inline int sw_head_length(struct sw_flow *flow, const __u64 *line, __u64 shift)
{
	__u64 word = sw_word_from(line + 2, shift), number = 0;
	int digits;

	for (digits = 0; digits < 7; digits++) {
		__u8 byte = (__u8)word;

		if (byte < '0' || byte > '9')
			break;
		number = number * 10 + (byte - '0');
		word >>= 8;
	}
	if (digits == 0 || (word & 0xffff) != ('\n' << 8 | '\r'))
		return 0;
	if (flow->flags & SW_FLOW_LENGTH)
		flow->flags |= SW_FLOW_BAD_LENGTH;
	flow->flags |= SW_FLOW_LENGTH;
	flow->parser.number = number;
	return 1;
}

static __always_inline int sw_head_connection(struct sw_flow *flow, const __u64 *line, __u64 shift)
{
	__u64 middle = sw_word_from(line + 1, shift), end = sw_word_from(line + 2, shift);

	if (SW_BEGINS(middle, "on: keep") && SW_BEGINS(end, "-alive\r\n"))
		flow->flags |= SW_FLOW_KEEP_ALIVE;
	else if (SW_BEGINS(middle, "on: clos") && SW_BEGINS(end, "e\r\n"))
		flow->flags |= SW_FLOW_CLOSE;
	else
		return 0;
	return 1;
}

static __always_inline int sw_head_encoding(struct sw_flow *flow, const __u64 *line, __u64 shift)
{
	if (!SW_BEGINS(sw_word_from(line + 1, shift), "-encodin") ||
	    !SW_BEGINS(sw_word_from(line + 2, shift), "g: chunk") ||
	    !SW_BEGINS(sw_word_from(line + 3, shift), "ed\r\n"))
		return 0;
	flow->flags |= SW_FLOW_CHUNKED;
	return 1;
}

/* Takes note of a line of which `left` bytes are there. False: not understood, and nothing noted. */
static __always_inline int sw_head_line(struct sw_flow *flow, const __u64 *line, __u64 shift, __u64 left)
{
	__u64 name = sw_word_from(line, shift);

	if (left < 8 || (name & 0xff) <= ' ' || sw_newlines(name))
		return 0;
	if (SW_BEGINS(name, "content-")) {
		__u64 next = sw_word_from(line + 1, shift);

		if (SW_BEGINS(next, "length: "))
			return sw_head_length(flow, line, shift);
		return left >= 14 && !SW_BEGINS(next, "length");
	}
	if (SW_BEGINS(name, "connecti"))
		return sw_head_connection(flow, line, shift);
	if (SW_BEGINS(name, "transfer"))
		return sw_head_encoding(flow, line, shift);
	return !SW_BEGINS(name, "expect:") && !(flow->messages == 0 && SW_BEGINS(name, "host:"));
}

/* The first bytes of a message. */
static __always_inline void sw_head_start(struct sw_flow *flow, const __u64 *words, __u64 now)
{
	__u32 a = (__u32)(words[1] >> 8 & 0xff) - '0', b = (__u32)(words[1] >> 16 & 0xff) - '0',
	      c = (__u32)(words[1] >> 24 & 0xff) - '0';
	__u32 method, end = (__u32)(words[0] >> 56);

	if ((words[0] << 8 >> 8) == sw_text_word("HTTP/1.", 7)) {
		if ((end != '0' && end != '1') || (words[1] & 0xff) != ' ' || a > 9 || b > 9 || c > 9)
			return;
		sw_http_begin(flow, now);
		flow->protocol = end == '1' ? SW_PROTOCOL_HTTP_1_1 : SW_PROTOCOL_HTTP_1_0;
		flow->http.status = (__u16)(a * 100 + b * 10 + c);
		flow->parser.number = 0;
		flow->flags = (__u16)((flow->flags & ~SW_FLOW_REQUEST) | SW_FLOW_RESPONSE);
		flow->parser.step = SW_STEP_SKIP_LINE;
		return;
	}
	if ((words[0] << 32) == sw_text_word("GET ", 4) << 32)
		method = sw_hash_of("GET");
	else if ((words[0] << 24) == sw_text_word("POST ", 5) << 24)
		method = sw_hash_of("POST");
	else if ((words[0] << 24) == sw_text_word("HEAD ", 5) << 24)
		method = sw_hash_of("HEAD");
	else
		return;
	sw_http_begin(flow, now);
	sw_to_number(flow, SW_STEP_TARGET);
	flow->parser.hash = method;
}

/* Is this flow where sw_wire_head() may know what comes? */
static __always_inline int sw_head_wanted(const struct sw_flow *flow, const struct sw_flow *peer)
{
	if (flow->parser.step == SW_STEP_START)
		return (sw_is_http(flow) || flow->protocol == SW_PROTOCOL_UNKNOWN) &&
		       (sw_is_http(peer) || peer->protocol == SW_PROTOCOL_UNKNOWN) &&
		       !(peer->flags & (SW_FLOW_UPGRADED | SW_FLOW_STARTTLS));
	return flow->parser.step == SW_STEP_TARGET || flow->parser.step == SW_STEP_LINE ||
	       flow->parser.step == SW_STEP_SKIP_LINE;
}

/* Sets the word before the packet's: a line starts behind a newline, and a target's end is known by eight bytes. */
static __always_inline int sw_head_enter(struct sw_flow *flow, __u64 *words, __u64 now)
{
	if (flow->parser.step == SW_STEP_START)
		sw_head_start(flow, words + 1, now);
	asm volatile("" ::: "memory");
	words[0] = 0;
	if (flow->parser.step == SW_STEP_LINE) {
		words[0] = (__u64)'\n' << 56;
		flow->parser.step = SW_STEP_SKIP_LINE;
	} else if (flow->parser.step == SW_STEP_TARGET) {
		words[0] = __builtin_bswap64(flow->parser.number);
	}
	return flow->parser.step == SW_STEP_SKIP_LINE || flow->parser.step == SW_STEP_TARGET;
}

/*
 * Where sw_head_wanted(): parses the `length` bytes that begin at words[1]; SW_HEAD_ROOM words, zeros behind the bytes.
 * Returns how many were taken; 0: sw_http_byte() is to go on.
 */
static __always_inline __u32 sw_wire_head(struct sw_wire *wire, struct sw_flow *flow, const struct sw_flow *peer,
					  __u64 *words, __u32 length, __u64 now)
{
	__u64 i, at = length, end = ((__u64)length + 15) / 8;
	__u32 seq = flow->next_seq;

	/* Else the compiler keeps the address of each field on the stack. */
	asm volatile("" : "+r"(flow));
	if (!sw_head_enter(flow, words, now))
		return 0;
	for (i = 0; i <= SW_HEAD_WORDS && i < end; i++) {
		__u64 newlines, shift, start, name;

		asm volatile("" : "+r"(i));
		newlines = sw_newlines(words[i]);
		if (!newlines)
			continue;
		asm volatile("" ::: "memory");
		shift = sw_first_shift(newlines);
		start = i * 8 + (shift >> 3) - 7;
		if (i && flow->parser.step == SW_STEP_TARGET) {
			flow->parser.number = __builtin_bswap64(words[i - 1] >> shift | words[i] << 8 << (56 - shift));
			sw_http_request_line(wire, flow);
			asm volatile("" ::: "memory");
			if (flow->parser.step != SW_STEP_LINE) {
				at = start;
				break;
			}
			flow->parser.step = SW_STEP_SKIP_LINE;
		}
		name = sw_word_from(words + i, shift);
		if ((name & 0xff) == '\n' || (name & 0xffff) == ('\n' << 8 | '\r')) {
			flow->parser.step = SW_STEP_HEAD_END;
			at = start + ((name & 0xff) == '\n' ? 1 : 2);
			break;
		}
		if (!sw_head_line(flow, words + i, shift, length - start)) {
			flow->parser.step = SW_STEP_LINE;
			at = start;
			break;
		}
	}
	if (flow->parser.step == SW_STEP_TARGET && i > 1) {
		__u64 rest = length % 8 * 8;

		flow->parser.number =
		    __builtin_bswap64(rest ? words[i - 2] >> rest | words[i - 1] << (64 - rest) : words[i - 1]);
	}
	/* Read back from memory: what the verifier knew of it in a register would be a path of its own. */
	flow->next_seq = seq + (__u32)at;
	asm volatile("" ::: "memory");
	if (flow->parser.step == SW_STEP_HEAD_END)
		sw_http_head_end(flow, peer, now);
	if (flow->parser.step == SW_STEP_LOSE)
		sw_lose_now(flow);
	asm volatile("" ::: "memory");
	return flow->next_seq - seq;
}

#endif
