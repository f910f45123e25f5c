// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * cgroup/setsockopt: a program sets a socket option (5.3+), process context, io_uring too.
 * Writes: which options were set on a socket, and the counts a process. Never changes or refuses anything. The agent
 * suspends it while it is called for corks alone (agent/kernel/option_suspension.h).
 */
#include "bpf/records.bpf.h"
#include "bpf/processes.bpf.h"

#define SOL_SOCKET 1

static __always_inline int socket_level_option(int name)
{
	switch (name) { /* include/uapi/asm-generic/socket.h */
	case 2:
		return SW_OPTION_SO_REUSEADDR;
	case 7:
	case 32: /* SO_SNDBUFFORCE */
		return SW_OPTION_SO_SNDBUF;
	case 8:
	case 33: /* SO_RCVBUFFORCE */
		return SW_OPTION_SO_RCVBUF;
	case 9:
		return SW_OPTION_SO_KEEPALIVE;
	case 13:
		return SW_OPTION_SO_LINGER;
	case 15:
		return SW_OPTION_SO_REUSEPORT;
	case 20: /* SO_RCVTIMEO_OLD, and _NEW of 32-bit programs */
	case 66:
		return SW_OPTION_SO_RCVTIMEO;
	case 21:
	case 67:
		return SW_OPTION_SO_SNDTIMEO;
	}
	return SW_OPTION_OTHER;
}

static __always_inline int tcp_level_option(int name)
{
	switch (name) { /* include/uapi/linux/tcp.h */
	case 1:
		return SW_OPTION_TCP_NODELAY;
	case 3:
		return SW_OPTION_TCP_CORK;
	case 4:
		return SW_OPTION_TCP_KEEPIDLE;
	case 5:
		return SW_OPTION_TCP_KEEPINTVL;
	case 6:
		return SW_OPTION_TCP_KEEPCNT;
	case 9:
		return SW_OPTION_TCP_DEFER_ACCEPT;
	case 12:
		return SW_OPTION_TCP_QUICKACK;
	case 18:
		return SW_OPTION_TCP_USER_TIMEOUT;
	case 23:
	case 30: /* TCP_FASTOPEN_CONNECT */
		return SW_OPTION_TCP_FASTOPEN;
	}
	return SW_OPTION_OTHER;
}

/* bpf_sock.state and src_port; a client's port is bound by connect(). */
static __always_inline __u8 late_bit(struct bpf_sock *sk, __u32 option)
{
	__u32 state = sk->state, port = sk->src_port;

	if (option == SW_OPTION_SO_RCVBUF && state != TCP_CLOSE)
		return SW_LATE_RCVBUF;
	if (option == SW_OPTION_SO_REUSEPORT && (state == TCP_LISTEN || (state == TCP_CLOSE && port)))
		return SW_LATE_REUSEPORT;
	return 0;
}

static __always_inline void other_option(__u32 serial, int level, int name)
{
	struct sw_other_option_key key = {.process = serial, .level = level, .name = name};
	__u64 zero = 0, *count = bpf_map_lookup_elem(&other_options, &key);

	if (!count) {
		bpf_map_update_elem(&other_options, &key, &zero, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&other_options, &key);
	}
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		loss_count(SW_LOSS_OPTION);
}

static __always_inline void count_redundant_call(void)
{
	__u32 index = 0;
	__u64 *count = bpf_map_lookup_elem(&redundant_option_calls, &index);

	if (count)
		(*count)++;
}

SEC("cgroup/setsockopt")
int socket_option(struct bpf_sockopt *ctx)
{
	int level = ctx->level, name = ctx->optname;
	struct bpf_sock *sk = ctx->sk;
	struct sw_process *process;
	struct sw_record *record;
	__u32 option, serial, tgid;

	/* 5.10 to 5.12 fail large options of other programs with EFAULT unless a program says that it read none of it.
	 */
	if (ctx->optlen > 4096)
		ctx->optlen = 0;
	if (!sk || sk->protocol != IPPROTO_TCP || (sk->family != AF_INET && sk->family != AF_INET6))
		return 1;
	if (level == SOL_SOCKET)
		option = socket_level_option(name);
	else if (level == IPPROTO_TCP)
		option = tcp_level_option(name);
	else
		option = SW_OPTION_OTHER;

	record = record_make(sk);
	if (record) {
		/* A cork is set and pulled with each message: what counts is that the connection uses one. */
		if (option == SW_OPTION_TCP_CORK && record->options_set & 1ull << option) {
			count_redundant_call();
			return 1;
		}
		record->options_set |= 1ull << option;
		record->options_late |= late_bit(sk, option);
	}

	tgid = task_tgid(task_current());
	serial = process_serial(tgid, task_current(), false);
	process = bpf_map_lookup_elem(&processes, &serial);
	if (process && option < SW_OPTION_COUNT)
		__sync_fetch_and_add(&process->setsockopt[option], 1);
	if (option == SW_OPTION_OTHER)
		other_option(serial, level, name);
	return 1;
}
