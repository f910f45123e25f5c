/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What the verifier knows as an address only, or as something else, as a structure of the kernel (6.2+). */
#ifndef SOCKWARDEN_CAST_BPF_H
#define SOCKWARDEN_CAST_BPF_H

#include "bpf/kernel_types.bpf.h"
#include <bpf/bpf_core_read.h>

/*
 * bpf_rdonly_cast(), which the verifier makes a move (6.2+). As an extern libbpf would look for it in modules where the
 * kernel has none, for which it needs CAP_SYS_ADMIN. So this is the call itself: BPF_JMP | BPF_CALL, source register
 * BPF_PSEUDO_KFUNC_CALL; the loader puts the function's number in, or takes the call out.
 */
static __always_inline void *kernel_cast(const void *pointer, __u64 type)
{
	void *cast;

	asm volatile("r1 = %[pointer]\n"
		     "r2 = %[type]\n"
		     ".byte 0x85, 0x20, 0, 0, 0, 0, 0, 0\n"
		     "%[cast] = r0"
		     : [cast] "=r"(cast)
		     : [pointer] "r"(pointer), [type] "r"(type)
		     : "r0", "r1", "r2", "r3", "r4", "r5");
	return cast;
}

#define KERNEL_CAST(pointer, type) ((type *)kernel_cast(pointer, bpf_core_type_id_kernel(type)))

#endif
