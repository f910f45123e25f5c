/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The cumulative counts: one row an endpoint, one a process and role. Updates are atomic: any CPU, any context. */
#ifndef SOCKWARDEN_TOTALS_BPF_H
#define SOCKWARDEN_TOTALS_BPF_H

#include "bpf/maps.bpf.h"

static const struct sw_process_role no_process_role = {};
static const struct sw_totals no_totals = {};

/* The rows that one event counts in. `endpoint` is the process's `other` where the table is full; both may be 0. */
struct rows {
	struct sw_process_role *role;
	struct sw_totals *endpoint;
};

static __always_inline struct sw_process_role *process_role_find(__u32 process, __u32 role)
{
	struct sw_process_role_key key = {.process = process, .role = role};
	struct sw_process_role *row = bpf_map_lookup_elem(&process_roles, &key);

	if (row)
		return row;
	bpf_map_update_elem(&process_roles, &key, &no_process_role, BPF_NOEXIST);
	row = bpf_map_lookup_elem(&process_roles, &key);
	if (row || !process)
		return row;
	/* Full: process 0 has had its rows since the start. */
	loss_count(SW_LOSS_PROCESS);
	key.process = 0;
	return bpf_map_lookup_elem(&process_roles, &key);
}

static __always_inline struct rows rows_find(const struct sw_record *record)
{
	struct sw_endpoint_key key = {.process = record->process, .role = record->role};
	struct rows rows = {};

	rows.role = process_role_find(record->process, record->role);
	__builtin_memcpy(&key.remote, record->role == SW_ROLE_CLIENT ? &record->remote : &record->local,
			 sizeof(key.remote));
	rows.endpoint = bpf_map_lookup_elem(&endpoints, &key);
	if (!rows.endpoint) {
		bpf_map_update_elem(&endpoints, &key, &no_totals, BPF_NOEXIST);
		rows.endpoint = bpf_map_lookup_elem(&endpoints, &key);
	}
	if (!rows.endpoint) {
		loss_count(SW_LOSS_ENDPOINT);
		if (rows.role)
			rows.endpoint = &rows.role->other;
	}
	return rows;
}

/* Adds to the same counter of both rows. */
#define TOTALS_ADD(rows, counter, amount)                                                                              \
	do {                                                                                                           \
		if ((rows).role)                                                                                       \
			__sync_fetch_and_add(&(rows).role->totals.counter, amount);                                    \
		if ((rows).endpoint)                                                                                   \
			__sync_fetch_and_add(&(rows).endpoint->counter, amount);                                       \
	} while (0)

/* Smallest i with value <= 2^i, the last bucket for all that is greater. */
static __always_inline __u32 histogram_bucket(__u64 value)
{
	__u32 bucket = 0;

	if (value > 1ull << (SW_BUCKETS - 2))
		return SW_BUCKETS - 1;
	value = value ? value - 1 : 0;
#pragma unroll
	for (__u32 shift = 16; shift; shift >>= 1)
		if (value >> shift) {
			value >>= shift;
			bucket += shift;
		}
	return bucket + (value ? 1 : 0);
}

static __always_inline __u32 latency_bucket(__u64 us)
{
	return histogram_bucket((us + SW_LATENCY_US - 1) / SW_LATENCY_US);
}

static __always_inline void histogram_count(struct sw_process_role *row, __u32 kind, __u32 bucket, __u64 value)
{
	if (!row || kind >= SW_HISTOGRAM_COUNT || bucket >= SW_BUCKETS)
		return;
	__sync_fetch_and_add(&row->histograms[kind].count[bucket], 1);
	__sync_fetch_and_add(&row->histograms[kind].sum, value);
}

static __always_inline void histogram_add(struct sw_process_role *row, __u32 kind, __u64 value)
{
	histogram_count(row, kind, histogram_bucket(value), value);
}

static __always_inline void latency_add(struct sw_process_role *row, __u32 kind, __u64 us)
{
	histogram_count(row, kind, latency_bucket(us), us);
}

/* Times to first byte go from the record to its process's histogram, but for their sum, which goes once, at the end. */
static __always_inline void first_bytes_fold(struct sw_record *record, struct sw_process_role *row)
{
	if (!row)
		return;
	for (__u32 bucket = 0; bucket < SW_BUCKETS; bucket++) {
		if (record->first_bytes[bucket])
			__sync_fetch_and_add(&row->histograms[SW_HISTOGRAM_FIRST_BYTE_US].count[bucket],
					     record->first_bytes[bucket]);
		record->first_bytes[bucket] = 0;
	}
}

#endif
