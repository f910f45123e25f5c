/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The record of an MPTCP connection. Its events are those of its first subflow, and a program holds its parent socket,
 * which release and the pass over descriptors show: so the record is kept by the parent's address, in the hash. A
 * subflow that joins later has a record of its own.
 */
#ifndef SOCKWARDEN_MPTCP_BPF_H
#define SOCKWARDEN_MPTCP_BPF_H

#include "bpf/cast.bpf.h"
#include "bpf/records.bpf.h"

/* The key of the parent's record; 0 where this is no first subflow. The first is not known before accept(). */
static __always_inline __u64 mptcp_key(const struct sock *sk, const struct tcp_sock *tp)
{
	struct mptcp_subflow_context *subflow;
	struct sock *parent, *first;
	__u64 parent_key, first_key;

	if (!bpf_core_type_exists(struct mptcp_subflow_context) || !tp->is_mptcp)
		return 0;
	subflow = tp->inet_conn.icsk_ulp_data;
	if (!subflow)
		return 0;
	if (use_cast) {
		parent = KERNEL_CAST(subflow, struct mptcp_subflow_context)->conn;
		if (!parent)
			return 0;
		first = KERNEL_CAST(parent, struct mptcp_sock)->first;
		parent_key = record_key(parent);
		first_key = first ? record_key(first) : 0;
	} else if (!use_probe_read) {
		return 0;
	} else { /* numbers, which the verifier lets no pointer be taken from */
		parent = BPF_CORE_READ(subflow, conn);
		if (!parent || !record_key_anchor)
			return 0;
		first = BPF_CORE_READ((struct mptcp_sock *)parent, first);
		parent_key = (__u64)parent - record_key_anchor;
		first_key = first ? (__u64)first - record_key_anchor : 0;
	}
	return first_key && first_key != record_key(sk) ? 0 : parent_key;
}

static __always_inline struct sw_record *record_find_hashed(__u64 key)
{
	struct hashed_record *record = bpf_map_lookup_elem(&hashed_records, &key);

	return record ? &record->record : 0;
}

/* As record_find() and record_make(), of a socket that may be a subflow with this key. */
static __always_inline struct sw_record *subflow_find(void *sk, __u64 key)
{
	return key ? record_find_hashed(key) : record_find(sk);
}

static __always_inline struct sw_record *subflow_make(void *sk, __u64 key)
{
	return key ? record_new(record_make_hashed(key, key)) : record_make(sk);
}

#endif
