/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The TCP socket behind a descriptor: whose it is, its record, and the record given out once a scan. */
#ifndef SOCKWARDEN_HELD_SOCKETS_BPF_H
#define SOCKWARDEN_HELD_SOCKETS_BPF_H

#include "bpf/mptcp.bpf.h"
#include "bpf/seed.bpf.h"

/* What a descriptor refers to, if that is a socket. */
struct held_socket {
	struct sock *sk;
	struct tcp_sock *tp; /* 0: not TCP, or MPTCP, whose subflows no descriptor refers to */
	__u16 family;
	__u8 state;
	bool is_mptcp;
};

/* Accepted but never used yet: after this long the descriptor's holder counts as its owner. */
#define CLAIM_AFTER_NS 100000000ull

static __always_inline void record_hold(struct sw_record *record, struct task_struct *task, __u32 tgid, __u32 fd)
{
	if (record->holder_scan != scan_number || tgid == record->tgid) {
		record->holder_scan = scan_number;
		record->holder_tgid = tgid;
		record->holder_fd = fd;
	}
	if (record->tgid || !record->established_ns)
		return;
	if (!(record->flags & SW_FLAG_PREEXISTING) && bpf_ktime_get_ns() - record->established_ns < CLAIM_AFTER_NS)
		return;
	record_own(record, task, false);
}

static __always_inline struct sw_record *held_record(const struct held_socket *held)
{
	/* The socket is a pointer, or, without socket storage, a number. */
	if (use_socket_storage) {
		if (held->is_mptcp)
			return record_find_hashed(record_key(held->sk));
		return held->tp ? record_make(held->tp) : 0;
	}
	if (held->is_mptcp)
		return record_find_hashed((__u64)held->sk - record_key_anchor);
	return held->tp ? record_new(record_make_hashed((__u64)held->sk - record_key_anchor, (__u64)held->sk)) : 0;
}

/*
 * Gives a connection out, once a scan however many descriptors and processes share it. False: there is no room until
 * the agent has taken what is there. (Not the iterator's own buffer: it is 32 KiB, and costs a copy more.)
 */
static __always_inline bool record_give_out(struct sw_record *record, const struct held_socket *held, bool direct)
{
	struct sw_connection *entry;
	__u32 index = scan_filled;

	if (record->scan == scan_number)
		return true;
	entry = bpf_map_lookup_elem(&scan_buffer, &index);
	if (!entry)
		return false;
	scan_filled = index + 1;
	record->scan = scan_number;
	__builtin_memcpy(&entry->record, record, sizeof(entry->record));
	if (held->tp) {
		record_note_latest_request(&entry->record, held->tp, direct);
		socket_read(&entry->socket, held->tp, &entry->record, direct);
	} else {
		socket_read_options(&entry->socket, held->sk, direct);
	}
	entry->read_ns = bpf_ktime_get_ns();
	return true;
}

#endif
