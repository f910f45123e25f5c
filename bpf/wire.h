/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What the first bytes of each exchange say about a connection: part of the ABI (sw_record.wire).
 *
 * A flow is one direction of the byte stream. Each flow is written by the hook of its direction alone, so that no
 * lock is needed although both hooks may run at once; they read each other's flow only for what cannot change in
 * between (a response never overtakes its request).
 */
#ifndef SOCKWARDEN_WIRE_H
#define SOCKWARDEN_WIRE_H

#include <linux/types.h>

enum sw_direction { SW_INGRESS = 0, SW_EGRESS = 1 };

enum sw_protocol {
	SW_PROTOCOL_UNKNOWN = 0,
	SW_PROTOCOL_OTHER = 1, /* watched from its first byte, and none of these */
	SW_PROTOCOL_HTTP_1_0 = 2,
	SW_PROTOCOL_HTTP_1_1 = 3,
	SW_PROTOCOL_HTTP_2 = 4,
	SW_PROTOCOL_TLS = 5,
	SW_PROTOCOL_POSTGRESQL = 6,
	SW_PROTOCOL_MYSQL = 7,
	SW_PROTOCOL_REDIS = 8,
	SW_PROTOCOL_COUNT = 9,
};

/* Of the flow's latest message. */
enum sw_message {
	SW_MESSAGE_NONE = 0, /* none seen, or the protocol has no messages that could be followed */
	SW_MESSAGE_HEAD = 1, /* begun; HTTP: before the empty line */
	SW_MESSAGE_BODY = 2, /* head complete, body not */
	SW_MESSAGE_COMPLETE = 3,
};

enum sw_framing {
	SW_FRAMING_UNKNOWN = 0,
	SW_FRAMING_NONE = 1, /* no body */
	SW_FRAMING_LENGTH = 2,
	SW_FRAMING_CHUNKED = 3,
	SW_FRAMING_UNTIL_CLOSE = 4,
};

/* HTTP methods by what they mean for the response's body. */
enum sw_method {
	SW_METHOD_NONE = 0, /* not a request */
	SW_METHOD_GET = 1,
	SW_METHOD_HEAD = 2,
	SW_METHOD_CONNECT = 3,
	SW_METHOD_OTHER = 4,
};

/* Bits of sw_flow.flags. */
enum sw_flow_flag {
	SW_FLOW_REQUEST = 1 << 0,    /* the client's flow, by its bytes */
	SW_FLOW_RESPONSE = 1 << 1,   /* the server's flow */
	SW_FLOW_LOST = 1 << 2,	     /* could not be followed; begins anew with an exchange */
	SW_FLOW_MIDSTREAM = 1 << 3,  /* first seen in the middle */
	SW_FLOW_HOLE = 1 << 4,	     /* the end was seen, bytes before it perhaps not (reordering) */
	SW_FLOW_CLOSE = 1 << 5,	     /* HTTP: this message says Connection: close (or is HTTP/1.0 without keep-alive) */
	SW_FLOW_KEEP_ALIVE = 1 << 6, /* HTTP: Connection: keep-alive */
	SW_FLOW_CHUNKED = 1 << 7,
	SW_FLOW_LENGTH = 1 << 8,     /* Content-Length was given */
	SW_FLOW_BAD_LENGTH = 1 << 9, /* contradictory or malformed framing */
	SW_FLOW_EXPECT = 1 << 10,    /* request: Expect: 100-continue; response: 100 Continue was sent */
	SW_FLOW_UPGRADED = 1 << 11,  /* 101, or CONNECT accepted: what follows is opaque */
	SW_FLOW_BLOCKING = 1 << 12, /* the latest command waits by its protocol: BLPOP, SUBSCRIBE, a replica's stream */
	SW_FLOW_STARTTLS = 1 << 13, /* PostgreSQL, MySQL: TLS asked for (client) or granted (server) */
	SW_FLOW_ENCRYPTED = 1 << 14, /* TLS: this side sent its first encrypted record; head_done_ns tells when */
	SW_FLOW_TLS_1_3 = 1 << 15,
};

/* As PostgreSQL's ReadyForQuery tells it; MySQL tells IDLE and OPEN. */
enum sw_transaction {
	SW_TRANSACTION_UNKNOWN = 0,
	SW_TRANSACTION_IDLE = 'I',
	SW_TRANSACTION_OPEN = 'T',
	SW_TRANSACTION_FAILED = 'E'
};

/* HTTP/1. */
struct sw_http_flow {
	union {
		__u32 head_requests; /* request: bit (n % 32): request n was HEAD */
		__u32 answered;	     /* response: requests answered */
	};
	__u16 status; /* of the latest response */
	__u8 framing; /* enum sw_framing of the latest message */
	__u8 method;  /* enum sw_method of the latest request */
};

struct sw_http2_flow {
	__u32 stream; /* request: the latest that was opened; response: the latest whose answer began */
};

struct sw_tls_flow {
	__u32 data_records;   /* server of 1.3: records behind the handshake that are no session tickets */
	__u16 longest_record; /* client: of the latest exchange, bytes of application data with their tag */
};

struct sw_postgresql_flow {
	__u8 transaction;  /* server: enum sw_transaction */
	__u8 message_type; /* client: the first byte of the latest message, 0 before the first */
};

struct sw_mysql_flow {
	__u8 transaction; /* server: enum sw_transaction */
	__u8 command;	  /* client: the latest */
	__u8 no_answer;	  /* client: it gets none (COM_QUIT, COM_STMT_CLOSE, COM_STMT_SEND_LONG_DATA) */
};

/* Where the parser is within a flow. What it means is the parser's own matter, and differs by protocol and step. */
struct sw_flow_parser {
	__u64 number; /* bytes left of what is skipped, or a number being read */
	__u32 hash;   /* of a name, or a second number being read */
	__u32 left;   /* items left of a list, or what else is kept within a message */
	__u8 step;    /* enum sw_step */
	__u8 field;
	__u8 count;
	__u8 kept; /* from one message to the next */
	__u32 pad;
};

/*
 * The member of the union is that of `protocol`; it is zero where the protocol has none, and before it is known. A flow
 * that changes its protocol starts with a zero one.
 */
struct sw_flow {
	__u64 exchange_ns;  /* this side spoke after the other: first byte of its latest exchange */
	__u64 started_ns;   /* first byte of the latest message (that has an answer); TLS: of the handshake */
	__u64 head_done_ns; /* last byte of its head; TLS: first encrypted record */
	__u64 done_ns;	    /* its last byte */
	struct sw_flow_parser parser;
	__u32 next_seq; /* the first byte not yet seen */
	__u32 messages; /* HTTP: complete heads, interim responses not; HTTP/2: streams; else commands; TLS: records */
	union {
		struct sw_http_flow http;
		struct sw_http2_flow http2;
		struct sw_tls_flow tls;
		struct sw_postgresql_flow postgresql;
		struct sw_mysql_flow mysql;
		__u32 protocol_words[2]; /* to clear it */
	};
	__u16 flags;	 /* enum sw_flow_flag */
	__u8 protocol;	 /* enum sw_protocol, by this flow's bytes */
	__u8 message;	 /* enum sw_message */
	__u32 exchanges; /* times that this side spoke after the other */
};

enum { SW_WIRE_TEXT = 32 };

struct sw_wire {
	struct sw_flow flow[2];	 /* by enum sw_direction */
	char text[SW_WIRE_TEXT]; /* HTTP Host, TLS server name, "user/database"; cut off, not always terminated */
	__u32 text_statements;	 /* simple queries, COM_QUERY */
	__u32 prepares;		 /* Parse, COM_STMT_PREPARE */
	__u32 executes;		 /* Execute, COM_STMT_EXECUTE */
	__u8 last;		 /* direction of the latest payload, 1 + enum sw_direction; 0 = none yet */
	__u8 text_length;
	__u8 inner;		  /* enum sw_protocol that asked for TLS and now speaks inside it; 0 = none did */
	__u8 handshake_exchanges; /* TLS 1.3, client: exchanges in which nothing but the handshake and tickets was taken
				   */
};

#ifdef __cplusplus
static_assert(sizeof(struct sw_flow) == 80, "sw_flow");
static_assert(sizeof(struct sw_wire) == 208, "sw_wire");
#else
_Static_assert(sizeof(struct sw_flow) == 80, "sw_flow");
_Static_assert(sizeof(struct sw_wire) == 208, "sw_wire");
#endif

#endif
