/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Find or make the record of a socket, whichever way this kernel keeps it. */
#ifndef SOCKWARDEN_RECORDS_BPF_H
#define SOCKWARDEN_RECORDS_BPF_H

#include "bpf/maps.bpf.h"

static const struct hashed_record no_record = {};

/* Not the address itself: 5.10's verifier takes no spilled socket pointer as a key, but a difference is a number. */
static __always_inline __u64 record_key(const void *sk)
{
	return (__u64)sk - (__u64)&record_key_anchor;
}

static __always_inline struct sw_record *record_find(void *sk)
{
	__u64 key;

	if (use_socket_storage)
		return bpf_sk_storage_get(&socket_records, sk, 0, 0);
	key = record_key(sk);
	return bpf_map_lookup_elem(&hashed_records, &key);
}

/*
 * One CPU makes no two records in the same nanosecond, and 52 bits of them are 52 days. (A counter would need the value
 * of an atomic add, which BPF has since 5.12 only.)
 */
static __always_inline __u64 record_id_new(void)
{
	return bpf_ktime_get_ns() << 12 | (bpf_get_smp_processor_id() & 0xfff);
}

static __always_inline struct sw_record *record_new(struct sw_record *record)
{
	if (!record) {
		loss_count(SW_LOSS_RECORD);
		return 0;
	}
	if (!record->id)
		record->id = record_id_new();
	return record;
}

static __always_inline struct sw_record *record_make_hashed(__u64 key, __u64 sk)
{
	struct hashed_record *record = bpf_map_lookup_elem(&hashed_records, &key);

	if (!record) {
		bpf_map_update_elem(&hashed_records, &key, &no_record, BPF_NOEXIST);
		record = bpf_map_lookup_elem(&hashed_records, &key);
		if (record)
			record->sk = sk;
	}
	return record ? &record->record : 0;
}

/* As record_find(), but makes an empty one. The caller sees `id` 0 where it is new. */
static __always_inline struct sw_record *record_make(void *sk)
{
	struct sw_record *record;

	if (use_socket_storage)
		record = bpf_sk_storage_get(&socket_records, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	else
		record = record_make_hashed(record_key(sk), (__u64)sk);
	return record_new(record);
}

#endif
