// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * cgroup/sock_release: the last descriptor of an INET socket goes, by close() or exit (5.9+), process context, just
 * before the state changes. cgroup/connect4 and connect6 (4.17+): connect() is about to look for a route.
 * Writes: that an end is a close and not a shutdown; connects that failed before a SYN was sent; binds that failed.
 */
#include "bpf/records.bpf.h"
#include "bpf/binds.bpf.h"
#include "bpf/processes.bpf.h"
#include "bpf/totals.bpf.h"
#include "bpf/sockets.bpf.h"

#define IPPROTO_TCP 6

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

SEC("cgroup/sock_release")
int socket_release(struct bpf_sock *sk)
{
	struct sw_record *record;

	if (sk->protocol != IPPROTO_TCP)
		return 1;
	record = record_find(sk);
	if (!record)
		return 1;
	record->flags |= SW_FLAG_RELEASED;
	bind_refused(record, task_exiting());
	connect_failed_early(record);
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
	record->tgid = BPF_CORE_READ(task_current(), tgid);
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
