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
	if (record->flags & SW_FLAG_PREEXISTING)
		TOTALS_ADD(rows, preexisting, 1);
	else
		TOTALS_ADD(rows, opened, 1);
}

/*
 * An iterator holds a reference of the file that it shows. Where the descriptor goes meanwhile, the last one to let go
 * is the scan: current is its thread, and not the socket's user.
 */
static __always_inline bool in_scan(void)
{
	return scan_tid && (__u32)bpf_get_current_pid_tgid() == scan_tid;
}

/* Whether the process that held it, the one that the iterator showed, ended meanwhile. */
static __always_inline bool holder_ended(const struct sw_record *record)
{
	__u32 tgid = record->holder_tgid, *scan = bpf_map_lookup_elem(&ended_in_scan, &tgid);

	return scan && *scan == scan_number;
}

static __always_inline void record_own(struct sw_record *record, struct task_struct *task, bool exiting)
{
	record->tgid = task_tgid(task);
	record->process = process_serial(record->tgid, task, exiting);
	record->cgroup_id = task_cgroup_id(task);
	if (record->established_ns)
		record_count_opened(record, rows_find(record));
}

/*
 * An accepted connection has no owner until a process first uses it. The subflows of MPTCP are used by a worker of the
 * kernel, too.
 */
static __always_inline void record_claim(struct sw_record *record, const struct sock *sk, bool exiting)
{
	struct task_struct *task;

	if (record->tgid || !in_owner_context(sk) || in_scan())
		return; /* as at nearly every receive: nothing is asked of the kernel before */
	task = task_current();
	if (record->flags & SW_FLAG_MPTCP && task_flags(task) & PF_KTHREAD)
		return;
	record_own(record, task, exiting);
}

#endif
