// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * tp_btf/sched_process_exec and sched_process_exit: a process becomes another program, or ends. Process context; exit
 * fires for each thread, before its descriptors are closed; the process has ended when signal->live is 0.
 * Writes: the mark that lets the agent retire a process's rows once nothing of it is left; what ended while a scan ran.
 */
#include "bpf/processes.bpf.h"

static __always_inline void process_ended(__u32 tgid)
{
	__u32 *serial = bpf_map_lookup_elem(&process_serials, &tgid);
	struct sw_process *process = serial ? bpf_map_lookup_elem(&processes, serial) : 0;

	if (process && !process->exited_ns)
		process->exited_ns = bpf_ktime_get_ns();
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	__u32 tgid = task->tgid;

	process_ended(tgid);
	/* No serial at all, so that the threads of the new program share one (process_make()). */
	bpf_map_delete_elem(&process_serials, &tgid);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	__u32 tgid = task->tgid, scan = scan_number;

	if (task->signal->live.counter)
		return 0;
	process_ended(tgid);
	if (scan_tid)
		bpf_map_update_elem(&ended_in_scan, &tgid, &scan, BPF_ANY);
	return 0;
}
