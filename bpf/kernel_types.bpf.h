/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The few kernel structures that the programs read, with only the fields used. CO-RE relocates every access to the
 * running kernel's layout, so neither order nor completeness matters, and the build needs no BTF of its machine.
 */
#ifndef SOCKWARDEN_KERNEL_TYPES_BPF_H
#define SOCKWARDEN_KERNEL_TYPES_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#define AF_UNIX	      1
#define AF_INET	      2
#define AF_INET6      10
#define IPPROTO_TCP   6
#define IPPROTO_MPTCP 262
#define SOCK_STREAM   1
#define ECONNREFUSED  111
#define ETIMEDOUT     110
#define EHOSTUNREACH  113
#define ENETUNREACH   101
#define EADDRNOTAVAIL 99
#define PF_EXITING    0x00000004 /* include/linux/sched.h */
#define PF_KTHREAD    0x00200000
#define S_IFMT	      0170000
#define S_IFSOCK      0140000
#define S_IFREG	      0100000
#define S_IFIFO	      0010000
#define S_IFDIR	      0040000

/* include/net/tcp_states.h */
enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT = 2,
	TCP_SYN_RECV = 3,
	TCP_FIN_WAIT1 = 4,
	TCP_FIN_WAIT2 = 5,
	TCP_TIME_WAIT = 6,
	TCP_CLOSE = 7,
	TCP_CLOSE_WAIT = 8,
	TCP_LAST_ACK = 9,
	TCP_LISTEN = 10,
	TCP_CLOSING = 11,
	TCP_NEW_SYN_RECV = 12,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be32 u6_addr32[4];
	} in6_u;
};

struct ns_common {
	unsigned int inum;
};
struct net {
	struct ns_common ns;
};
typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	union {
		struct {
			__be32 skc_daddr;
			__be32 skc_rcv_saddr;
		};
	};
	union {
		struct {
			__be16 skc_dport;
			__u16 skc_num;
		};
	};
	unsigned short skc_family;
	volatile unsigned char skc_state;
	unsigned char skc_reuse : 4;
	unsigned char skc_reuseport : 1;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	union {
		unsigned long skc_flags;
	};
};

typedef struct {
	int owned;
} socket_lock_t;

struct socket {
	struct file *file;
	struct sock *sk;
};

struct sock {
	struct sock_common __sk_common;
	atomic_t sk_drops;
	__u8 sk_userlocks;
	int sk_rcvbuf;
	int sk_sndbuf;
	long sk_rcvtimeo;
	long sk_sndtimeo;
	int sk_err;
	struct socket *sk_socket;
	socket_lock_t sk_lock;
	__u16 sk_protocol;
	__u16 sk_type;
	__u8 sk_shutdown;
	unsigned long sk_lingertime;
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
};

/* 6.18: sk_drops may live in counters of their own; the field above stays. */

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};

struct fastopen_queue {
	int max_qlen;
};

struct request_sock_queue {
	__u8 rskq_defer_accept;
	struct fastopen_queue fastopenq;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	struct request_sock_queue icsk_accept_queue;
	__u8 icsk_retransmits;
	struct {
		__u8 pingpong;
		__u32 lrcvtime;
	} icsk_ack;
	__u32 icsk_user_timeout;
	void *icsk_ulp_data;
};

struct tcp_options_received {
	__u16 saw_tstamp : 1;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u32 copied_seq;
	__u32 rcv_nxt;
	__u32 snd_nxt;
	__u32 snd_una;
	__u32 write_seq;
	__u32 lsndtime;
	__u32 packets_out;
	__u32 app_limited;
	__u64 tcp_mstamp;
	__u64 first_tx_mstamp;
	__u32 srtt_us;
	__u64 bytes_received;
	__u64 bytes_acked;
	__u8 nonagle : 4;
	__u8 fastopen_connect : 1;
	__u8 keepalive_probes;
	unsigned int keepalive_time;
	unsigned int keepalive_intvl;
	bool is_mptcp;
};

struct mptcp_sock {
	struct inet_connection_sock sk;
	struct sock *first;
};
struct mptcp_subflow_context {
	struct sock *conn;
};

struct kernfs_node {
	__u64 id;
};
struct cgroup {
	struct kernfs_node *kn;
};
struct css_set {
	struct cgroup *dfl_cgrp;
};
struct signal_struct {
	atomic_t live;
};
struct task_struct {
	unsigned int flags;
	int pid;
	int tgid;
	struct task_struct *group_leader;
	char comm[16];
	struct signal_struct *signal;
	struct css_set *cgroups;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};
struct inode {
	unsigned short i_mode;
	unsigned long i_ino;
	struct super_block *i_sb;
};
struct qstr {
	const unsigned char *name;
};
union shortname_store {
	unsigned char string[8];
};
struct dentry {
	struct qstr d_name;
	struct dentry *d_parent;
	union shortname_store d_shortname; /* 6.16+ */
};
struct dentry___before_6_16 {
	unsigned char d_iname[8];
};
struct path {
	struct dentry *dentry;
};
struct file {
	void *private_data;
	struct inode *f_inode;
	unsigned int f_flags;
	struct path f_path;
	long long f_pos;
};

struct linux_binprm;
struct sk_buff;
struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
	__u64 seq_num;
};
struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};
struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
	unsigned int uid;
};

#pragma clang attribute pop

#endif
