/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* A bind() that began and did not succeed. No hook tells that: it shows when the socket is closed, or bound again. */
#ifndef SOCKWARDEN_BINDS_BPF_H
#define SOCKWARDEN_BINDS_BPF_H

#include "bpf/processes.bpf.h"

static __always_inline void bind_refused(struct sw_record *record, bool exiting)
{
	struct sw_refused_bind_key key = {};
	struct sw_refused_bind none = {}, *refused;
	__u32 tgid;

	if (!(record->flags & SW_FLAG_BINDING))
		return;
	record->flags &= ~SW_FLAG_BINDING;
	tgid = bpf_get_current_pid_tgid() >> 32;
	key.process = process_serial(tgid, task_current(), exiting);
	key.local = record->local;
	refused = bpf_map_lookup_elem(&refused_binds, &key);
	if (!refused) {
		bpf_map_update_elem(&refused_binds, &key, &none, BPF_NOEXIST);
		refused = bpf_map_lookup_elem(&refused_binds, &key);
	}
	if (!refused) {
		loss_count(SW_LOSS_BIND);
		return;
	}
	refused->last_ns = bpf_ktime_get_ns();
	__sync_fetch_and_add(&refused->count, 1);
}

#endif
