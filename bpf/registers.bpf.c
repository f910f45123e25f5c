// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * iter/task: where one thread stands, for those whose stacks are asked for. bpf_task_pt_regs() came with 5.15; a kernel
 * without it refuses the program, and stands of native programs are not told.
 */
#include "bpf/maps.bpf.h"

/* Thread whose registers are asked for, by the numbers of the first PID namespace. */
__u32 registers_tid;

#ifdef __TARGET_ARCH_x86
SEC("iter/task")
int thread_registers(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct sw_registers out;
	struct pt_regs *regs;

	if (!task || (__u32)task->pid != registers_tid)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	if (!regs)
		return 0;
	out.value[0] = regs->ax;
	out.value[1] = regs->dx;
	out.value[2] = regs->cx;
	out.value[3] = regs->bx;
	out.value[4] = regs->si;
	out.value[5] = regs->di;
	out.value[6] = regs->bp;
	out.value[7] = regs->sp;
	out.value[8] = regs->r8;
	out.value[9] = regs->r9;
	out.value[10] = regs->r10;
	out.value[11] = regs->r11;
	out.value[12] = regs->r12;
	out.value[13] = regs->r13;
	out.value[14] = regs->r14;
	out.value[15] = regs->r15;
	out.value[16] = regs->ip;
	out.call = (__s64)regs->orig_ax;
	bpf_seq_write(ctx->meta->seq, &out, sizeof(out));
	return 0;
}
#else
/* Elsewhere nothing is told. */
SEC("iter/task")
int thread_registers(struct bpf_iter__task *ctx)
{
	return 0;
}
#endif
