/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Binding a record to the process that uses the socket, and counting it as opened there. */
#ifndef SOCKWARDEN_OWNERS_BPF_H
#define SOCKWARDEN_OWNERS_BPF_H

#include "bpf/processes.bpf.h"
#include "bpf/totals.bpf.h"

/*
 * `sk_lock.owned` is 1 while a task holds the socket: then current is its user. 0 is softirq or a timer, and current is
 * whoever was interrupted.
 */
static __always_inline bool in_owner_context(const struct sock *sk)
{
	return sk->sk_lock.owned;
}

static __always_inline void record_count_opened(struct sw_record *record, struct rows rows)
{
	if (record->flags & SW_FLAG_COUNTED || record->role == SW_ROLE_LISTENER)
		return;
	record->flags |= SW_FLAG_COUNTED;
	if (record->flags & SW_FLAG_SEEDED)
		TOTALS_ADD(rows, seeded, 1);
	else
		TOTALS_ADD(rows, opened, 1);
}

/* An accepted connection has no owner until a process first uses it. */
static __always_inline void record_claim(struct sw_record *record, const struct sock *sk, bool exiting)
{
	__u32 tgid;

	if (record->tgid || !in_owner_context(sk))
		return;
	tgid = bpf_get_current_pid_tgid() >> 32;
	record->tgid = tgid;
	record->process = process_serial(tgid, task_current(), exiting);
	record->cgroup_id = bpf_get_current_cgroup_id();
	if (record->established_ns && record->role == SW_ROLE_SERVER)
		record_count_opened(record, rows_find(record));
}

#endif
