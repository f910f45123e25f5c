/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Who owns a socket: a serial for each process (each exec) that used TCP. */
#ifndef SOCKWARDEN_PROCESSES_BPF_H
#define SOCKWARDEN_PROCESSES_BPF_H

#include "bpf/maps.bpf.h"

/*
 * The current task. With socket storage (5.11+) the verifier knows its type, so that its fields are plain loads, which
 * lockdown=confidentiality allows, too; before it is a number for probe_read.
 */
static __always_inline struct task_struct *task_current(void)
{
	if (use_socket_storage)
		return bpf_get_current_task_btf();
	return (struct task_struct *)bpf_get_current_task();
}

static __always_inline __u32 task_flags(struct task_struct *task)
{
	return use_socket_storage ? task->flags : BPF_CORE_READ(task, flags);
}

static __always_inline bool task_exiting(void)
{
	return task_flags(task_current()) & PF_EXITING;
}

/* bpf_get_current_pid_tgid() is not for cgroup programs before 6.1. */
static __always_inline __u32 task_tgid(struct task_struct *task)
{
	return use_socket_storage ? task->tgid : BPF_CORE_READ(task, tgid);
}

static __always_inline __u64 task_cgroup_id(struct task_struct *task)
{
	if (use_socket_storage)
		return task->cgroups->dfl_cgrp->kn->id;
	return BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
}

/* That of the thread group leader. */
static __always_inline void process_name(struct sw_process *process, struct task_struct *task)
{
	if (use_socket_storage)
		__builtin_memcpy(process->comm, task->group_leader->comm, sizeof(process->comm));
	else
		BPF_CORE_READ_STR_INTO(&process->comm, task, group_leader, comm);
}

/* 0 is nobody, and the upper half is the agent's own. */
static __always_inline __u32 process_serial_new(void)
{
	return (bpf_get_prandom_u32() & SW_SERIAL_MASK) | 1;
}

/*
 * Makes the row of a process. Threads may come here at one time: without a serial before (`flags` BPF_NOEXIST) the
 * first one's is everyone's.
 */
static __always_inline __u32 process_make(__u32 tgid, struct task_struct *task, __u64 flags)
{
	struct sw_process process = {};
	__u32 serial, *first;

	process.tgid = tgid;
	process.first_seen_ns = bpf_ktime_get_ns();
	process.cgroup_id = task_cgroup_id(task);
	process_name(&process, task);
	/* Random, and unique because the second of two equal ones is refused. */
	process.serial = serial = process_serial_new();
	if (bpf_map_update_elem(&processes, &serial, &process, BPF_NOEXIST)) {
		process.serial = serial = process_serial_new();
		if (bpf_map_update_elem(&processes, &serial, &process, BPF_NOEXIST)) {
			loss_count(SW_LOSS_PROCESS);
			return 0;
		}
	}
	if (!bpf_map_update_elem(&process_serials, &tgid, &serial, flags))
		return serial;
	bpf_map_delete_elem(&processes, &serial);
	first = bpf_map_lookup_elem(&process_serials, &tgid);
	if (first)
		return *first;
	loss_count(SW_LOSS_PROCESS);
	return 0;
}

/* The serial of a process, made where it is new; 0 where the table is full. */
static __always_inline __u32 process_serial(__u32 tgid, struct task_struct *task, bool exiting)
{
	__u32 *serial = bpf_map_lookup_elem(&process_serials, &tgid);
	struct sw_process *process;

	if (serial) {
		process = bpf_map_lookup_elem(&processes, serial);
		/* A marked row belongs to the dead: its own last closes still count there, a reused pid does not. */
		if (process && (!process->exited_ns || exiting))
			return *serial;
	}
	return process_make(tgid, task, serial ? BPF_ANY : BPF_NOEXIST);
}

#endif
