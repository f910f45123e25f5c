/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The ABI between the kernel side and the agent: the only header that both include.
 *
 * Fixed-width fields, units in the names, explicit padding, numbers never reused. Times are CLOCK_MONOTONIC
 * (bpf_ktime_get_ns), 0 = never. Addresses are IPv6, IPv4 as v4-mapped (RFC 4291, 2.5.5.2); ports in host order.
 */
#ifndef SOCKWARDEN_RECORD_H
#define SOCKWARDEN_RECORD_H

#ifdef __cplusplus
#include <linux/types.h>

#include <cstdint>
#define SW_ASSERT_SIZE(type, bytes) static_assert(sizeof(struct type) == (bytes), #type)
#else
#define SW_ASSERT_SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
#endif

#include "bpf/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Serials of processes: never above this, so that the agent can number those that it knows without TCP. */
enum { SW_SERIAL_MASK = 0x7fffffff };

enum { SW_SCAN_BUFFER_ENTRIES = 16384, SW_STACK_DEPTH = 48 };

enum sw_role { SW_ROLE_UNKNOWN = 0, SW_ROLE_CLIENT = 1, SW_ROLE_SERVER = 2, SW_ROLE_LISTENER = 3, SW_ROLE_COUNT = 4 };

/* Who ended the connection first. */
enum sw_closed_by {
	SW_CLOSED_BY_NONE = 0,
	SW_CLOSED_BY_OWN = 1,
	SW_CLOSED_BY_PEER = 2,
	SW_CLOSED_BY_NETWORK = 3,
	SW_CLOSED_BY_COUNT = 4
};

/* How it ended. One connection has one close_reason: that of its first end. */
enum sw_close_reason {
	SW_CLOSE_REASON_NONE = 0,
	SW_CLOSE_REASON_FIN = 1,     /* FIN, after close() or shutdown() */
	SW_CLOSE_REASON_RESET = 2,   /* RST: sent where we closed it, received where the peer did */
	SW_CLOSE_REASON_EXIT = 3,    /* FIN or RST because the owner exited or was killed */
	SW_CLOSE_REASON_TIMEOUT = 4, /* ETIMEDOUT: retransmission, keep-alive or TCP_USER_TIMEOUT gave up */
	SW_CLOSE_REASON_ERROR = 5,   /* any other socket error */
	SW_CLOSE_REASON_COUNT = 6,
};

/* Outcome of connect(). */
enum sw_connect {
	SW_CONNECT_NONE = 0,
	SW_CONNECT_PENDING = 1,
	SW_CONNECT_ESTABLISHED = 2,
	SW_CONNECT_REFUSED = 3,	    /* ECONNREFUSED */
	SW_CONNECT_TIMED_OUT = 4,   /* ETIMEDOUT: SYN retries ran out */
	SW_CONNECT_UNREACHABLE = 5, /* EHOSTUNREACH, ENETUNREACH, or no route before a SYN was sent */
	SW_CONNECT_NO_PORT = 6,	    /* EADDRNOTAVAIL: no free local port */
	SW_CONNECT_ABANDONED = 7,   /* the program closed the socket while it connected */
	SW_CONNECT_OTHER = 8,
	SW_CONNECT_COUNT = 9,
};

/* Options counted and shown by name. Bits of sw_record.options_set; indices of sw_process.setsockopt. */
enum sw_option {
	SW_OPTION_SO_KEEPALIVE = 0,
	SW_OPTION_TCP_KEEPIDLE = 1,
	SW_OPTION_TCP_KEEPINTVL = 2,
	SW_OPTION_TCP_KEEPCNT = 3,
	SW_OPTION_TCP_NODELAY = 4,
	SW_OPTION_TCP_QUICKACK = 5,
	SW_OPTION_SO_REUSEPORT = 6,
	SW_OPTION_SO_REUSEADDR = 7,
	SW_OPTION_SO_LINGER = 8,
	SW_OPTION_SO_RCVTIMEO = 9,
	SW_OPTION_SO_SNDTIMEO = 10,
	SW_OPTION_TCP_USER_TIMEOUT = 11,
	SW_OPTION_SO_SNDBUF = 12,
	SW_OPTION_SO_RCVBUF = 13,
	SW_OPTION_TCP_DEFER_ACCEPT = 14,
	SW_OPTION_TCP_FASTOPEN = 15,
	SW_OPTION_TCP_CORK = 16,
	SW_OPTION_OTHER = 17, /* by number in the `other_options` map */
	SW_OPTION_COUNT = 18,
};

/* Bits of sw_record.flags. */
enum sw_flag {
	SW_FLAG_PREEXISTING = 1 << 0, /* older than the agent: what happened before is unknown */
	SW_FLAG_RELEASED = 1 << 1,    /* close() or exit, not only shutdown() */
	SW_FLAG_PEER_FIN = 1 << 2,    /* the peer's FIN came */
	SW_FLAG_OWN_FIN = 1 << 3,     /* we sent a FIN */
	SW_FLAG_RESET_SENT = 1 << 4,
	SW_FLAG_RESET_RECEIVED = 1 << 5,
	SW_FLAG_MPTCP = 1 << 6,		   /* a subflow: its data is not seen on this socket */
	SW_FLAG_COUNTED = 1 << 7,	   /* in its owner's `opened` */
	SW_FLAG_EXITING = 1 << 8,	   /* closed by exit or a signal */
	SW_FLAG_PEEKED = 1 << 9,	   /* MSG_PEEK was used on it */
	SW_FLAG_RECEIVED = 1 << 10,	   /* the application received at least once */
	SW_FLAG_CONNECT_STARTED = 1 << 11, /* connect() was called, no SYN yet */
	SW_FLAG_SETTLED = 1 << 12,	   /* ended, and folded into the totals */
	SW_FLAG_UNREAD_KNOWN = 1 << 13,	   /* unread_bytes was taken at our close */
	SW_FLAG_DETAIL_DUE = 1 << 14,	   /* the ring event waits for the reset's reason, or for the release */
	SW_FLAG_BINDING = 1 << 15,	   /* bind() was called, and has not yet succeeded */
};

/* Option flags in force: bits of sw_socket.option_flags. */
enum sw_in_force {
	SW_IN_FORCE_KEEPALIVE = 1 << 0,
	SW_IN_FORCE_NODELAY = 1 << 1,
	SW_IN_FORCE_CORK = 1 << 2,
	SW_IN_FORCE_REUSEADDR = 1 << 3,
	SW_IN_FORCE_REUSEPORT = 1 << 4,
	SW_IN_FORCE_LINGER = 1 << 5,
	SW_IN_FORCE_QUICKACK = 1 << 6, /* TCP_QUICKACK permanently on (pingpong off at the time of reading) */
	SW_IN_FORCE_SNDBUF = 1 << 7,   /* SO_SNDBUF set by the program (SOCK_SNDBUF_LOCK) */
	SW_IN_FORCE_RCVBUF = 1 << 8,
	SW_IN_FORCE_FASTOPEN = 1 << 9, /* listener: a TCP Fast Open queue is set; client: TCP_FASTOPEN_CONNECT */
};

/* Options set when they could no longer act as meant: bits of sw_record.options_late. */
enum sw_late {
	SW_LATE_RCVBUF = 1 << 0,    /* connected or listening: the window's scale is settled */
	SW_LATE_REUSEPORT = 1 << 1, /* bound */
};

struct sw_address {
	__u8 ip[16];
	__u16 port;
	__u16 pad;
};
SW_ASSERT_SIZE(sw_address, 20);

/* Histograms by power-of-two buckets. Bucket i counts values v with v <= 2^i units; the last one all others. */
enum { SW_BUCKETS = 24 };

/* The unit of the buckets of latencies, in microseconds, so that they reach nine minutes; their sum is in microseconds.
 */
enum { SW_LATENCY_US = 128 };

/*
 * One record a socket. Lives in socket storage (or, before 5.11, in a hash keyed by the socket's address). What each
 * receive touches comes first: the kernel's own look-up has already fetched that line.
 */
struct sw_record {
	__u64 established_ns;
	__u64 last_receive_ns; /* the application took data; to a jiffy */
	__u64 request_sent_ns; /* the latest data of ours before the latest answer left; see sent_since_receive */
	__u64 longest_idle_ns; /* longest gap between two receives with data */
	__u32 write_seq;       /* tcp_sock.write_seq at the last receive */
	__u32 copied_seq;      /* tcp_sock.copied_seq at the last receive */
	__u32 exchanges;
	__u32 tgid;		 /* owner: who connected, listened, or first used an accepted socket */
	__u16 flags;		 /* enum sw_flag */
	__u8 role;		 /* enum sw_role */
	__u8 closed_by;		 /* enum sw_closed_by */
	__u32 receiver_tid;	 /* not of clients: thread that last took data; 0 = none yet */
	__u64 first_byte_sum_ns; /* request left -> response arrived, over `first_byte_count` exchanges (client) */
	__u64 first_byte_max_ns;
	__u32 first_byte_count;
	__u32 process; /* serial of sw_process, 0 = not yet known */
	__u16
	    first_bytes[SW_BUCKETS]; /* of them by SW_LATENCY_US, less what went to the process's histogram when full */
	__u64 id;		     /* unique while the agent runs */
	__u64 birth_ns;		     /* connect started, connection accepted, or first seen (SW_FLAG_PREEXISTING) */
	__u64 last_send_ns;	     /* the application gave data; only while sock_send_length is attached, 0 before */
	__u64 peer_closed_ns;	     /* FIN or RST came */
	__u64 own_closed_ns;	     /* we closed, shut down or reset */
	__u64 options_set;	     /* bit per enum sw_option: setsockopt was called for it */
	__u64 cgroup_id;
	__u32 holder_tgid; /* who holds a descriptor of it, from the last scan of descriptors; 0 = nobody */
	__u32 holder_fd;
	__u32 netns;	    /* inode number of its network namespace */
	__u32 stack_id;	    /* user stack at connect() or listen() + 1; 0 = none */
	__u32 unread_bytes; /* received and never read, at our own close */
	__u32 connect_latency_us;
	__u32 scan;	    /* number of the last scan that gave this record out */
	__u32 holder_scan;  /* number of the last scan that found a descriptor of it */
	__u32 reset_reason; /* enum sk_rst_reason of our reset + 1; 0 = unknown (6.10+) */
	struct sw_address local;
	struct sw_address remote;
	__u8 close_reason;   /* enum sw_close_reason */
	__u8 connect;	     /* enum sw_connect */
	__u8 family;	     /* AF_INET or AF_INET6 of the socket; v4-mapped shows AF_INET6 here, IPv4 in the address */
	__u8 options_late;   /* enum sw_late */
	struct sw_wire wire; /* what the protocol parser saw; all zero without it */
};
SW_ASSERT_SIZE(sw_record, 472);

/* What the socket itself says at the moment it is read. */
struct sw_socket {
	__u64 bytes_received;	   /* data: neither SYN nor FIN is a byte */
	__u64 bytes_acked;	   /* data sent and acknowledged by the peer */
	__u64 inode;		   /* 0: no descriptor refers to it (not accepted, or orphaned) */
	__u64 receive_timeout_ns;  /* SO_RCVTIMEO, 0 = none */
	__u64 send_timeout_ns;	   /* SO_SNDTIMEO, 0 = none */
	__u64 linger_ns;	   /* SO_LINGER with SW_IN_FORCE_LINGER */
	__u64 last_send_ago_ns;	   /* from tcp_sock.lsndtime: resolution one jiffy */
	__u64 last_arrival_ago_ns; /* from icsk_ack.lrcvtime: resolution one jiffy; 0 with last_arrival_known 0 */
	__u32 unread_bytes;	   /* rcv_nxt - copied_seq, the peer's FIN not counted */
	__u32 unsent_bytes;	   /* write_seq - snd_una: not sent, or not acknowledged */
	__u32 keepalive_time_s;	   /* 0 = the namespace's default */
	__u32 keepalive_interval_s;
	__u32 keepalive_probes;
	__u32 user_timeout_ms;	 /* TCP_USER_TIMEOUT, 0 = none */
	__u32 send_buffer_bytes; /* sk_sndbuf: twice what SO_SNDBUF was given */
	__u32 receive_buffer_bytes;
	__u32 accept_queue;	  /* listener: sk_ack_backlog */
	__u32 accept_queue_limit; /* listener: sk_max_ack_backlog */
	__u32 drops;		  /* sk_drops */
	__u32 option_flags;	  /* enum sw_in_force */
	__u32 error;		  /* sk_err */
	__u32 srtt_us;
	__u16 fastopen_queue;
	__u8 defer_accept;   /* TCP_DEFER_ACCEPT as SYN-ACK retries */
	__u8 state;	     /* TCP_ESTABLISHED .. (include/net/tcp_states.h) */
	__u8 shutdown;	     /* sk_shutdown: 1 receive, 2 send */
	__u8 retransmits;    /* icsk_retransmits: retries in a row of the oldest unacknowledged segment */
	__u8 has_descriptor; /* accepted, and not given up by its last descriptor */
	__u8 last_arrival_known;
	__u8 sent_since_receive; /* data went out after the application last took any: who is asked, or has answered */
	__u8 end_unseen;	 /* closed, and gone since without an event: as it was at our close */
	__u8 sent_after_reset;	 /* the peer reset it while it was idle, and a send was tried before it was released */
	__u8 pad[5];
};
SW_ASSERT_SIZE(sw_socket, 136);

/* A connection as it is read back, live (by a scan) or at its end (from the ring). */
struct sw_connection {
	struct sw_record record;
	struct sw_socket socket;
	__u64 read_ns; /* when this was read */
};
SW_ASSERT_SIZE(sw_connection, 616);

/* A connection whose FIN of ours is out, as it was when it went, or when its last descriptor did. */
struct sw_ending {
	struct sw_connection connection;
	__u64 sk; /* the socket's address, to ask whether it is still there */
};
SW_ASSERT_SIZE(sw_ending, 624);

/* What ending_settle() answers. */
enum sw_ending_state {
	SW_ENDING_GOES_ON = 0, /* its socket is still there, or its end is told by its event */
	SW_ENDING_ENDED = 1,   /* it has ended without an event, and is in the totals now */
};

/* Cumulative counts of one endpoint of one process; also, summed, of a whole process. */
struct sw_totals {
	__u64 opened;	   /* connections established while the agent ran */
	__u64 preexisting; /* older than the agent */
	__u64 closed[SW_CLOSED_BY_COUNT][SW_CLOSE_REASON_COUNT];
	__u64 connects[SW_CONNECT_COUNT]; /* attempts by outcome; [PENDING] counts attempts begun */
	__u64 exchanges;		  /* of closed connections; live ones have theirs in the record */
	__u64 first_byte_sum_ns;
	__u64 first_byte_count;
	__u64 unread_closes; /* our own closes with bytes unread */
	__u64 unread_bytes;
	__u64 bytes_received; /* of closed connections */
	__u64 bytes_sent;
	__u64 unused_closes; /* established connections that ended with no exchange */
};
SW_ASSERT_SIZE(sw_totals, 8 * 43);

struct sw_histogram {
	__u64 count[SW_BUCKETS];
	__u64 sum;
};

enum sw_histogram_kind {
	SW_HISTOGRAM_LIFETIME_MS = 0,	/* of closed connections, milliseconds */
	SW_HISTOGRAM_IDLE_MS = 1,	/* longest idle gap of closed connections, milliseconds */
	SW_HISTOGRAM_EXCHANGES = 2,	/* exchanges a closed connection */
	SW_HISTOGRAM_CONNECT_US = 3,	/* connect() to ESTABLISHED, a latency */
	SW_HISTOGRAM_FIRST_BYTE_US = 4, /* request left to response arrived, each exchange of closed ones, a latency */
	SW_HISTOGRAM_TLS_HANDSHAKE_US =
	    5, /* client's hello to both sides encrypted, of closed connections, a latency */
	SW_HISTOGRAM_COUNT = 6,
};

/* One row a process and role. */
struct sw_process_role_key {
	__u32 process; /* serial */
	__u32 role;    /* enum sw_role */
};
struct sw_process_role {
	struct sw_totals totals;
	struct sw_totals other; /* endpoints that had no room in the table; part of totals too */
	struct sw_histogram histograms[SW_HISTOGRAM_COUNT];
};

/* A process that used TCP. An exec() starts a new serial. */
struct sw_process {
	__u64 first_seen_ns;
	__u64 exited_ns;
	__u64 cgroup_id;
	__u32 serial;
	__u32 tgid;
	char comm[16]; /* of the thread group leader */
	__u64 setsockopt[SW_OPTION_COUNT];
};

struct sw_endpoint_key {
	__u32 process; /* serial; 0 = not attributed (never accepted) */
	__u32 role;
	struct sw_address remote; /* client: the peer; server: the local listener's address and port */
};
SW_ASSERT_SIZE(sw_endpoint_key, 28);

/* setsockopt by raw number, for options without a name above. */
struct sw_other_option_key {
	__u32 process;
	__u32 level;
	__u32 name;
};

/* bind() to a port on which nobody listened was refused, by sockets without SO_REUSEADDR and SO_REUSEPORT. */
struct sw_refused_bind_key {
	__u32 process;
	struct sw_address local;
};
SW_ASSERT_SIZE(sw_refused_bind_key, 24);
struct sw_refused_bind {
	__u64 count;
	__u64 last_ns; /* when it was known to be refused: at the socket's close, or at its next bind() */
};

/* Descriptors. */
enum sw_descriptor_type {
	SW_DESCRIPTOR_FILE = 0,
	SW_DESCRIPTOR_SOCKET = 1, /* AF_INET, AF_INET6 */
	SW_DESCRIPTOR_PIPE = 2,
	SW_DESCRIPTOR_EVENTFD = 3,
	SW_DESCRIPTOR_TIMERFD = 4,
	SW_DESCRIPTOR_EPOLL = 5,
	SW_DESCRIPTOR_UNIX = 6,
	SW_DESCRIPTOR_OTHER = 7,
	SW_DESCRIPTOR_SIGNALFD = 8,
	SW_DESCRIPTOR_INOTIFY = 9,
	SW_DESCRIPTOR_IO_URING = 10,
	SW_DESCRIPTOR_MEMFD = 11,
	SW_DESCRIPTOR_PIDFD = 12,
	SW_DESCRIPTOR_COUNT = 13,
};

struct sw_descriptor_counts {
	__u32 count[SW_DESCRIPTOR_COUNT];
	__u32 scan;
};

/* What is seen of a descriptor's use: bits of sw_descriptor.signs. */
enum sw_sign {
	SW_SIGN_READ = 1 << 0,	    /* it could be looked at: what is not set is not so, rather than unknown */
	SW_SIGN_MAPPED = 1 << 1,    /* some process has the file mapped */
	SW_SIGN_LOCKED = 1 << 2,    /* locks are, or were, held on the file */
	SW_SIGN_UNLINKED = 1 << 3,  /* the file has no name any more, or never had */
	SW_SIGN_PLAIN = 1 << 4,	    /* to open it again makes nothing new: a file, a directory, a memory device */
	SW_SIGN_AWAITED = 1 << 5,   /* somebody waits on it: poll(), epoll, a blocked call */
	SW_SIGN_ARMED = 1 << 6,	    /* the timer runs */
	SW_SIGN_OTHER_END = 1 << 7, /* of a pipe, unix socket or terminal: open; of a pidfd: the process lives */
	SW_SIGN_CONNECTED = 1 << 8, /* a TCP socket that was established once */
	SW_SIGN_RECEIVED = 1 << 9,  /* a datagram socket that has received, and whose use since cannot be seen */
};

/* One descriptor of a process that was asked for in full. */
struct sw_descriptor {
	__u64 file; /* identity of the open file description; shared by dup() and fork() */
	__u64 inode;
	__u64 position;	 /* f_pos */
	__u64 traffic;	 /* another number after it was used, as far as that leaves a trace */
	__u64 end;	 /* identity of this end of a unix socket, 0 = none */
	__u64 other_end; /* and of the other */
	__u32 tgid;
	__u32 fd;
	__u32 device;
	__u32 open_flags; /* f_flags */
	__u32 references; /* to the open file description, by descriptors, mappings, calls under way; 0 = unknown */
	__u32 threads;	  /* of its process */
	__u32 signs;	  /* enum sw_sign */
	__u8 type;	  /* enum sw_descriptor_type */
	__u8 tcp_state;
	__u16 pad;
};
SW_ASSERT_SIZE(sw_descriptor, 80);

/* What was lost, and what could not be kept. Every failed reserve, lookup or update counts here. */
enum sw_loss {
	SW_LOSS_DETAIL = 0,	  /* ring full: a closed connection's detail; its counts are in the totals */
	SW_LOSS_RECORD = 1,	  /* no room for a socket's record: the connection is not watched */
	SW_LOSS_PROCESS = 2,	  /* process table full: counted under process 0 */
	SW_LOSS_ENDPOINT = 3,	  /* endpoint table full: counted under the process's `other` */
	SW_LOSS_STACK = 4,	  /* user stack not readable or stack table full */
	SW_LOSS_UNATTRIBUTED = 5, /* connections that ended before any process used them */
	/* 6 was a full scan buffer, which now makes the scan pause */
	SW_LOSS_MPTCP_PARENT = 7, /* MPTCP connections seen (their data is not followed) */
	SW_LOSS_DESCRIPTORS = 8,  /* descriptor table full */
	SW_LOSS_OPTION = 9,	  /* option table full */
	SW_LOSS_MISSED = 10,	  /* events that the kernel kept from us; made up for by later ones, or by the scan */
	SW_LOSS_BIND = 11,	  /* table of refused binds full */
	SW_LOSS_ENDING = 12,	  /* table of ending connections full: this one's end is told by its event alone */
	SW_LOSS_LISTENER =
	    13, /* more listening ports than the table holds: roles of what is preexisting may be mistaken */
	SW_LOSS_COUNT = 14,
};

#ifdef __cplusplus
}
#endif
#endif
