/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Every map, and what the loader decides before load. */
#ifndef SOCKWARDEN_MAPS_BPF_H
#define SOCKWARDEN_MAPS_BPF_H

#include "bpf/kernel_types.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf/record.h"

/* Set between open and load. */
extern const volatile bool use_socket_storage; /* false: records in `records`, keyed by the socket (before 5.11) */
extern const volatile bool use_release_hook;   /* cgroup/sock_release is attached */
extern const volatile bool use_stacks;
extern const volatile bool use_protocol_parser; /* the first bytes are looked at */
extern const volatile bool use_cast;		/* bpf_rdonly_cast() is there (6.2+) */
extern const volatile bool use_probe_read;	/* not under lockdown=confidentiality */

/* The clock, found by the first iterator run: see clock.bpf.h. */
extern __u32 hz;	   /* jiffies a second */
extern __u64 tick_ns;	   /* one jiffy */
extern __s64 tick_zero_ns; /* CLOCK_MONOTONIC at jiffy 0, 0 = not yet known */
extern __u32 tick_scan;	   /* the scan that looked last */

/* The scan under way; written by the agent before each iterator run. */
extern __u32 scan_number;
extern __u32 scan_filled;	/* entries of scan_buffer in use */
extern __u32 scan_tid;		/* the agent's thread that runs an iterator, 0 = none */
extern bool seeding_done;	/* every socket older than the agent has its record */
extern bool seed_listeners;	/* first run over descriptors: only note who listens */
extern __u64 record_key_anchor; /* see record_key() */

/* A connection's record where socket storage can be used. */
struct socket_records {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct sw_record);
};
extern struct socket_records socket_records SEC(".maps");

/* The same where it can't, and of MPTCP (see mptcp.bpf.h). `sk` is 0 until a tracing program has seen the socket. */
struct hashed_record {
	struct sw_record record;
	__u64 sk;
};
struct hashed_records {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct hashed_record);
};
extern struct hashed_records hashed_records SEC(".maps");

/* tgid -> the serial that its sockets are counted under. */
struct process_serials {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u32);
};
extern struct process_serials process_serials SEC(".maps");

struct processes {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct sw_process);
};
extern struct processes processes SEC(".maps");

struct process_roles {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sw_process_role_key);
	__type(value, struct sw_process_role);
};
extern struct process_roles process_roles SEC(".maps");

struct endpoints {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sw_endpoint_key);
	__type(value, struct sw_totals);
};
extern struct endpoints endpoints SEC(".maps");

struct other_options {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sw_other_option_key);
	__type(value, __u64);
};
extern struct other_options other_options SEC(".maps");

struct refused_binds {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sw_refused_bind_key);
	__type(value, struct sw_refused_bind);
};
extern struct refused_binds refused_binds SEC(".maps");

/* Closed connections, one event each. */
struct closed_connections {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
};
extern struct closed_connections closed_connections SEC(".maps");

/*
 * Our FIN is out and the connection has not yet ended, by record id. What no descriptor refers to any more is given out
 * from here. Their end is a matter of softirq, and a kernel that keeps a process's time from tracing programs, as
 * hardened hosts do for init, keeps it from us where it falls into such time: the scan makes up for it from here, too.
 */
struct ending_connections {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct sw_ending);
};
extern struct ending_connections ending_connections SEC(".maps");

/* Where a scan leaves what it read; mapped into the agent. */
struct scan_buffer {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SW_SCAN_BUFFER_ENTRIES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct sw_connection);
};
extern struct scan_buffer scan_buffer SEC(".maps");

struct descriptor_counts {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct sw_descriptor_counts);
};
extern struct descriptor_counts descriptor_counts SEC(".maps");

/* Processes whose descriptors are wanted one by one. */
struct detailed_processes {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u32);
};
extern struct detailed_processes detailed_processes SEC(".maps");

/* Processes that ended while a scan ran. */
struct ended_in_scan {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, __u32); /* scan_number */
};
extern struct ended_in_scan ended_in_scan SEC(".maps");

/* (namespace, port) that somebody listens on, or did. */
struct listen_port {
	__u32 netns;
	__u32 port;
};
struct listen_ports {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct listen_port);
	__type(value, __u32);
};
extern struct listen_ports listen_ports SEC(".maps");

struct stacks {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 8192);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, SW_STACK_DEPTH * sizeof(__u64));
};
extern struct stacks stacks SEC(".maps");

/* Calls of the setsockopt hook that told nothing new. */
struct redundant_option_calls {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
};
extern struct redundant_option_calls redundant_option_calls SEC(".maps");

struct losses {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SW_LOSS_COUNT);
	__type(key, __u32);
	__type(value, __u64);
};
extern struct losses losses SEC(".maps");

static __always_inline void loss_count(__u32 loss)
{
	__u64 *count = bpf_map_lookup_elem(&losses, &loss);

	if (count)
		(*count)++;
}

#endif
