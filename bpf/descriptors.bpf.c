// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * iter/task_file: every descriptor of every process, in every network namespace (5.8+), when the agent asks.
 * Writes: counts by process and type, who holds which connection, the records of sockets older than the agent, and one
 * by one the descriptors of the processes that were asked for.
 */
#include "bpf/seed.bpf.h"

#define ANON_INODE_FS_MAGIC 0x09041934 /* include/uapi/linux/magic.h */
#define TMPFS_MAGIC	    0x01021994
#define PID_FS_MAGIC	    0x50494446

/* The names that the kernel gives anon_inode_getfile(). */
static __always_inline __u8 anonymous_type(struct dentry *dentry)
{
	char name[8] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), dentry->d_name.name);
	if (name[0] == 'i' && name[1] == 'n' && name[2] == 'o')
		return SW_DESCRIPTOR_INOTIFY;
	if (name[1] == 'e' && name[2] == 'v')
		return name[6] == 'f' ? SW_DESCRIPTOR_EVENTFD : SW_DESCRIPTOR_EPOLL;
	if (name[1] == 't' && name[2] == 'i')
		return SW_DESCRIPTOR_TIMERFD;
	if (name[1] == 's' && name[2] == 'i')
		return SW_DESCRIPTOR_SIGNALFD;
	if (name[1] == 'i' && name[2] == 'o')
		return SW_DESCRIPTOR_IO_URING;
	if (name[1] == 'p' && name[2] == 'i')
		return SW_DESCRIPTOR_PIDFD;
	return SW_DESCRIPTOR_OTHER;
}

static __always_inline bool is_memfd(struct dentry *dentry)
{
	char name[8] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), dentry->d_name.name);
	return name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 'f' && name[4] == 'd' && name[5] == ':';
}

static __always_inline __u8 descriptor_type(struct file *file, __u16 socket_family)
{
	struct inode *inode = file->f_inode;
	__u16 mode = inode->i_mode & S_IFMT;
	unsigned long magic = inode->i_sb->s_magic;

	if (mode == S_IFSOCK) {
		if (socket_family == AF_INET || socket_family == AF_INET6)
			return SW_DESCRIPTOR_SOCKET;
		return socket_family == AF_UNIX ? SW_DESCRIPTOR_UNIX : SW_DESCRIPTOR_OTHER;
	}
	if (mode == S_IFIFO)
		return SW_DESCRIPTOR_PIPE;
	if (magic == ANON_INODE_FS_MAGIC)
		return anonymous_type(file->f_path.dentry);
	if (magic == PID_FS_MAGIC)
		return SW_DESCRIPTOR_PIDFD;
	if (mode == S_IFREG)
		return magic == TMPFS_MAGIC && is_memfd(file->f_path.dentry) ? SW_DESCRIPTOR_MEMFD : SW_DESCRIPTOR_FILE;
	return mode == S_IFDIR ? SW_DESCRIPTOR_FILE : SW_DESCRIPTOR_OTHER;
}

static __always_inline void descriptor_count(__u32 tgid, __u8 type)
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

static __always_inline void note_listener(const struct sock *sk, bool direct)
{
	struct listen_port port = {};
	__u32 one = 1;

	port.netns = socket_netns(sk, direct);
	SOCKET_READ(port.port, sk, __sk_common.skc_num);
	bpf_map_update_elem(&listen_ports, &port, &one, BPF_ANY);
}

/* Accepted but never used yet: after this long the descriptor's holder counts as its owner. */
#define CLAIM_AFTER_NS 100000000ull

static __always_inline void record_hold(struct sw_record *record, struct task_struct *task, __u32 tgid, __u32 fd)
{
	if (record->holder_scan != scan_number || tgid == record->tgid) {
		record->holder_scan = scan_number;
		record->holder_tgid = tgid;
		record->holder_fd = fd;
	}
	if (record->tgid || !record->established_ns)
		return;
	if (!(record->flags & SW_FLAG_SEEDED) && bpf_ktime_get_ns() - record->established_ns < CLAIM_AFTER_NS)
		return;
	record->tgid = tgid;
	record->process = process_serial(tgid, task, false);
	record->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	record_count_opened(record, rows_find(record));
}

/* The TCP side of a socket's descriptor; returns its record. */
static __always_inline struct sw_record *socket_seen(struct sock *sk, struct tcp_sock *tp, struct sw_record *record,
						     struct task_struct *task, __u32 tgid, __u32 fd, __u8 state,
						     bool direct)
{
	if (!record)
		return 0;
	if (!record->birth_ns && state != TCP_CLOSE)
		record_seed(record, sk, tp, state, direct);
	record_hold(record, task, tgid, fd);
	return record;
}

static __always_inline struct sw_record *record_make_by_address(__u64 sk)
{
	__u64 key = sk - record_key_anchor;
	struct hashed_record *record = bpf_map_lookup_elem(&hashed_records, &key);

	if (!record) {
		bpf_map_update_elem(&hashed_records, &key, &no_record, BPF_NOEXIST);
		record = bpf_map_lookup_elem(&hashed_records, &key);
		if (!record) {
			loss_count(SW_LOSS_RECORD);
			return 0;
		}
		record->sk = sk;
		record->record.id = record_id_new();
	}
	return &record->record;
}

SEC("iter/task_file")
int descriptor_seen(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct sw_descriptor detail = {};
	struct sw_record *record = 0;
	struct file *file = ctx->file;
	__u32 fd = ctx->fd, tgid;
	struct tcp_sock *tp;
	struct socket *socket;
	struct sock *sk;
	__u16 family = 0, protocol = 0;
	__u8 state = 0;

	clock_find();
	record_key_anchor = (__u64)&record_key_anchor;
	if (!task || !file)
		return 0;
	tgid = task->tgid;

	if ((file->f_inode->i_mode & S_IFMT) != S_IFSOCK) {
		if (seed_listeners)
			return 0;
	} else if (use_socket_storage) {
		socket = bpf_sock_from_file(file);
		sk = socket ? socket->sk : 0;
		tp = sk ? bpf_skc_to_tcp_sock(sk) : 0;
		if (sk)
			family = sk->__sk_common.skc_family;
		if (tp) {
			state = sk->__sk_common.skc_state;
			if (seed_listeners) {
				if (state == TCP_LISTEN)
					note_listener(sk, true);
				return 0;
			}
			record = socket_seen(sk, tp, record_make(tp), task, tgid, fd, state, true);
		}
	} else {
		socket = (struct socket *)file->private_data;
		sk = BPF_CORE_READ(socket, sk);
		family = BPF_CORE_READ(sk, __sk_common.skc_family);
		protocol = BPF_CORE_READ(sk, sk_protocol);
		if (protocol == 6 && BPF_CORE_READ(sk, sk_type) == SOCK_STREAM &&
		    (family == AF_INET || family == AF_INET6)) {
			state = BPF_CORE_READ(sk, __sk_common.skc_state);
			if (seed_listeners) {
				if (state == TCP_LISTEN)
					note_listener(sk, false);
				return 0;
			}
			record = socket_seen(sk, (struct tcp_sock *)sk, record_make_by_address((__u64)sk), task, tgid,
					     fd, state, false);
		}
	}
	if (seed_listeners)
		return 0;

	detail.type = descriptor_type(file, family);
	descriptor_count(tgid, detail.type);
	if (!bpf_map_lookup_elem(&detailed_processes, &tgid))
		return 0;
	detail.file = (__u64)file;
	detail.inode = file->f_inode->i_ino;
	detail.device = file->f_inode->i_sb->s_dev;
	detail.position = file->f_pos;
	detail.open_flags = file->f_flags;
	detail.record_id = record ? record->id : 0;
	detail.tgid = tgid;
	detail.fd = fd;
	detail.tcp_state = state;
	detail.socket_family = family;
	bpf_seq_write(ctx->meta->seq, &detail, sizeof(detail));
	return 0;
}
