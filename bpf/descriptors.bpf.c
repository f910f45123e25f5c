// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * iter/task_file: every descriptor of every process, in every network namespace (5.8+), when the agent asks: the one
 * pass of a scan. Writes: counts by process and type; who holds which connection; each held connection, into
 * scan_buffer, which the agent has mapped; the records of sockets older than the agent; and one by one, into the
 * iterator's own buffer, the descriptors of the processes that were asked for.
 *
 * An element that finds no room, in either buffer, is shown again in the next read() (bpf_seq_read(),
 * kernel/bpf/bpf_iter.c), so what counts comes after what may be refused.
 */
#include "bpf/descriptor_types.bpf.h"
#include "bpf/descriptor_use.bpf.h"
#include "bpf/held_sockets.bpf.h"

enum { ITERATOR_GO_ON = 0, ITERATOR_SHOW_AGAIN = 1 };

static __always_inline void descriptor_count(__u32 tgid, __u32 type)
{
	struct sw_descriptor_counts empty = {.scan = scan_number}, *counts;

	counts = bpf_map_lookup_elem(&descriptor_counts, &tgid);
	if (!counts || counts->scan != scan_number) {
		if (bpf_map_update_elem(&descriptor_counts, &tgid, &empty, BPF_ANY)) {
			loss_count(SW_LOSS_DESCRIPTORS);
			return;
		}
		counts = bpf_map_lookup_elem(&descriptor_counts, &tgid);
	}
	if (counts && type < SW_DESCRIPTOR_COUNT)
		counts->count[type]++;
}

static __always_inline void socket_of(struct file *file, struct held_socket *held)
{
	struct socket *socket;
	struct sock *sk;

	if (use_socket_storage) {
		socket = bpf_sock_from_file(file);
		held->sk = socket ? socket->sk : 0;
		if (!held->sk)
			return;
		held->tp = bpf_skc_to_tcp_sock(held->sk);
		held->family = held->sk->__sk_common.skc_family;
		held->state = held->sk->__sk_common.skc_state;
		held->is_mptcp = held->sk->sk_protocol == IPPROTO_MPTCP;
		return;
	}
	socket = (struct socket *)file->private_data;
	sk = BPF_CORE_READ(socket, sk);
	held->sk = sk;
	held->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	held->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (held->family != AF_INET && held->family != AF_INET6)
		return;
	held->is_mptcp = BPF_CORE_READ(sk, sk_protocol) == IPPROTO_MPTCP;
	if (BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP && BPF_CORE_READ(sk, sk_type) == SOCK_STREAM)
		held->tp = (struct tcp_sock *)sk;
}

SEC("iter/task_file")
int descriptor_seen(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct sw_descriptor detail = {};
	struct held_socket held = {};
	struct sw_record *record = 0;
	struct file *file = ctx->file;
	bool is_socket, direct = use_socket_storage;
	__u32 fd = ctx->fd, tgid, type;

	clock_find();
	record_key_anchor = (__u64)&record_key_anchor;
	if (!task || !file)
		return ITERATOR_GO_ON;
	tgid = task->tgid;
	is_socket = (file->f_inode->i_mode & S_IFMT) == S_IFSOCK;
	if (is_socket)
		socket_of(file, &held);
	if (seed_listeners) {
		if ((held.tp || held.is_mptcp) && held.state == TCP_LISTEN)
			note_listener(held.sk, direct);
		return ITERATOR_GO_ON;
	}
	record = held_record(&held);
	if (record) {
		if (held.tp && !record->birth_ns && held.state != TCP_CLOSE)
			record_seed(record, &held.tp->inet_conn.icsk_inet.sk, held.tp, held.state, direct);
		record_hold(record, task, tgid, fd);
		if (!record_give_out(record, &held, direct))
			return ITERATOR_SHOW_AGAIN;
	}

	type = descriptor_type(file, held.family);
	if (bpf_map_lookup_elem(&detailed_processes, &tgid)) {
		detail.type = type;
		detail.file = (__u64)file;
		detail.inode = file->f_inode->i_ino;
		detail.device = file->f_inode->i_sb->s_dev;
		detail.position = file->f_pos;
		detail.open_flags = file->f_flags;
		detail.tgid = tgid;
		detail.fd = fd;
		detail.tcp_state = held.tp || held.is_mptcp ? held.state : 0;
		detail.threads = task_threads(task);
		descriptor_use(&detail, file, &held, record, direct);
		if (bpf_seq_write(ctx->meta->seq, &detail, sizeof(detail)))
			return ITERATOR_GO_ON; /* full: the kernel shows it again by itself */
	}
	descriptor_count(tgid, type);
	return ITERATOR_GO_ON;
}
