// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * cgroup/sock_release: the last descriptor of an INET socket goes, by close() or exit (5.9+), process context, just
 * before the state changes. cgroup/connect4 and connect6 (4.17+): connect() is about to look for a route.
 * Writes: that an end is a close and not a shutdown, also of what was shut down before; connects that failed before a
 * SYN was sent; binds that failed.
 */
#include "bpf/mptcp.bpf.h"
#include "bpf/binds.bpf.h"
#include "bpf/owners.bpf.h"
#include "bpf/sockets.bpf.h"

/* connect() was called, no SYN_SENT followed: there was no route, or the kernel refused the address. */
static __always_inline void connect_failed_early(struct sw_record *record)
{
	struct rows rows;

	if (!(record->flags & SW_FLAG_CONNECT_STARTED))
		return;
	record->flags &= ~SW_FLAG_CONNECT_STARTED;
	record->connect = SW_CONNECT_UNREACHABLE;
	rows = rows_find(record);
	TOTALS_ADD(rows, connects[SW_CONNECT_PENDING], 1);
	TOTALS_ADD(rows, connects[SW_CONNECT_UNREACHABLE], 1);
}

/* The last descriptor of a connection whose FIN went out before, by shutdown(). */
static __always_inline void ending_released(const struct sw_record *record)
{
	struct sw_ending *ending;
	__u64 id = record->id;

	if (!(record->flags & SW_FLAG_OWN_FIN) || record->flags & SW_FLAG_SETTLED)
		return;
	ending = bpf_map_lookup_elem(&ending_connections, &id);
	if (!ending)
		return;
	__builtin_memcpy(&ending->connection.record, record, sizeof(ending->connection.record));
	ending->connection.socket.has_descriptor = 0;
	ending->connection.read_ns = bpf_ktime_get_ns();
}

SEC("cgroup/sock_release")
int socket_release(struct bpf_sock *sk)
{
	struct sw_record *record;

	if (sk->protocol != IPPROTO_TCP && sk->protocol != IPPROTO_MPTCP)
		return 1;
	record = sk->protocol == IPPROTO_TCP ? record_find(sk) : record_find_hashed(record_key(sk));
	if (!record)
		return 1;
	if (sk->protocol == IPPROTO_MPTCP && !record->tgid)
		record_own(record, task_current(), task_exiting());
	record->flags |= SW_FLAG_RELEASED;
	bind_refused(record, task_exiting());
	connect_failed_early(record);
	ending_released(record);
	return 1;
}

static __always_inline struct sw_record *connect_called(struct bpf_sock_addr *ctx)
{
	struct sw_record *record;

	if (ctx->protocol != IPPROTO_TCP || !ctx->sk)
		return 0;
	record = record_make(ctx->sk);
	if (!record)
		return 0;
	connect_failed_early(record);
	if (record->birth_ns && !(record->flags & SW_FLAG_SETTLED) && record->connect <= SW_CONNECT_ESTABLISHED)
		return 0; /* connected already */
	record->flags |= SW_FLAG_CONNECT_STARTED;
	record->role = SW_ROLE_CLIENT;
	record->tgid = task_tgid(task_current());
	record->process = process_serial(record->tgid, task_current(), false);
	record->remote.port = __builtin_bswap16(ctx->user_port);
	return record;
}

SEC("cgroup/connect4")
int socket_connect4(struct bpf_sock_addr *ctx)
{
	struct sw_record *record = connect_called(ctx);

	if (record)
		address_set_v4(&record->remote, ctx->user_ip4);
	return 1;
}

SEC("cgroup/connect6")
int socket_connect6(struct bpf_sock_addr *ctx)
{
	struct sw_record *record = connect_called(ctx);
	__u32 ip[4];

	if (!record)
		return 1;
	ip[0] = ctx->user_ip6[0];
	ip[1] = ctx->user_ip6[1];
	ip[2] = ctx->user_ip6[2];
	ip[3] = ctx->user_ip6[3];
	__builtin_memcpy(record->remote.ip, ip, sizeof(ip));
	return 1;
}
