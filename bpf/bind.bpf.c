// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * cgroup/bind4 and bind6: bind() is about to look for the port; cgroup/post_bind4 and post_bind6: it has it (4.17+).
 * Process context; nothing runs unless a program calls bind().
 * Writes: that a bind() is under way, to a port on which nobody listens, by a socket that may not share it.
 */
#include "bpf/records.bpf.h"
#include "bpf/binds.bpf.h"
#include "bpf/sockets.bpf.h"

#define MAY_SHARE (1ull << SW_OPTION_SO_REUSEADDR | 1ull << SW_OPTION_SO_REUSEPORT)

/* Where somebody listens a second bind() is refused whatever the options. */
static __always_inline bool is_listened_on(struct bpf_sock_addr *ctx, struct bpf_sock_tuple *tuple, __u32 size)
{
	struct bpf_sock *listener = bpf_sk_lookup_tcp(ctx, tuple, size, BPF_F_CURRENT_NETNS, 0);

	if (!listener)
		return false;
	bpf_sk_release(listener);
	return true;
}

static __always_inline struct sw_record *bind_called(struct bpf_sock_addr *ctx, struct bpf_sock_tuple *tuple,
						     __u32 size)
{
	struct sw_record *record;

	if (ctx->protocol != IPPROTO_TCP || !ctx->user_port || !ctx->sk || ctx->sk->src_port)
		return 0;
	record = record_make(ctx->sk);
	if (!record)
		return 0;
	bind_refused(record, false);
	if (record->birth_ns || record->options_set & MAY_SHARE || is_listened_on(ctx, tuple, size))
		return 0;
	record->flags |= SW_FLAG_BINDING;
	record->local.port = __builtin_bswap16(ctx->user_port);
	return record;
}

SEC("cgroup/bind4")
int socket_bind4(struct bpf_sock_addr *ctx)
{
	struct bpf_sock_tuple tuple = {};
	struct sw_record *record;

	tuple.ipv4.daddr = ctx->user_ip4;
	tuple.ipv4.dport = ctx->user_port;
	record = bind_called(ctx, &tuple, sizeof(tuple.ipv4));
	if (record)
		address_set_v4(&record->local, ctx->user_ip4);
	return 1;
}

SEC("cgroup/bind6")
int socket_bind6(struct bpf_sock_addr *ctx)
{
	struct bpf_sock_tuple tuple = {};
	struct sw_record *record;
	__u32 ip[4];

	tuple.ipv6.daddr[0] = ip[0] = ctx->user_ip6[0];
	tuple.ipv6.daddr[1] = ip[1] = ctx->user_ip6[1];
	tuple.ipv6.daddr[2] = ip[2] = ctx->user_ip6[2];
	tuple.ipv6.daddr[3] = ip[3] = ctx->user_ip6[3];
	tuple.ipv6.dport = ctx->user_port;
	record = bind_called(ctx, &tuple, sizeof(tuple.ipv6));
	if (record)
		__builtin_memcpy(record->local.ip, ip, sizeof(ip));
	return 1;
}

static __always_inline int bound(struct bpf_sock *sk)
{
	struct sw_record *record;

	if (sk->protocol != IPPROTO_TCP)
		return 1;
	record = record_find(sk);
	if (record)
		record->flags &= ~SW_FLAG_BINDING;
	return 1;
}

SEC("cgroup/post_bind4")
int socket_bound4(struct bpf_sock *sk)
{
	return bound(sk);
}

SEC("cgroup/post_bind6")
int socket_bound6(struct bpf_sock *sk)
{
	return bound(sk);
}
