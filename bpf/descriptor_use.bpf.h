/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What is seen of the use of a descriptor, for processes that were asked for in full. The position alone tells nothing
 * of pread(), pwrite(), mmap(), and of all that has no position. Each of these structures is read where the kernel has
 * it; what cannot be read leaves SW_SIGN_READ away.
 */
#ifndef SOCKWARDEN_DESCRIPTOR_USE_BPF_H
#define SOCKWARDEN_DESCRIPTOR_USE_BPF_H

#include "bpf/descriptor_kernel_types.bpf.h"
#include "bpf/descriptor_types.bpf.h"
#include "bpf/held_sockets.bpf.h"

#define SOCK_DGRAM	  2
#define SOCK_DEAD	  0		/* include/net/sock.h, enum sock_flags */
#define SK_DEFAULT_STAMP  -1000000000ll /* include/net/sock.h: nothing received yet */
#define S_IFCHR		  0020000
#define MEMORY_MAJOR	  1		   /* /dev/null, /dev/zero, /dev/urandom: include/uapi/linux/major.h */
#define PTMX_DEVICE	  ((5u << 20) | 2) /* TTYAUX_MAJOR, minor of ptmx */
#define TTY_OTHER_CLOSED  2		   /* include/linux/tty.h */
#define HRTIMER_ENQUEUED  1		   /* include/linux/hrtimer.h */
#define PIDTYPE_TGID_TASK 1		   /* include/linux/pid_types.h */

/* A structure that this kernel is built without is not known to it, and must not be read. */
#define KNOWN(type) bpf_core_type_exists(type)

static __always_inline __u32 task_threads(struct task_struct *task)
{
	return ((struct signal_struct___use *)task->signal)->nr_threads;
}

/* Two numbers in one that is another when either is. */
static __always_inline __u64 mixed(__u64 seed, __u64 value)
{
	return (seed ^ value) * 0x9e3779b97f4a7c15ull;
}

static __always_inline bool is_awaited(const struct wait_queue_head *queue)
{
	__u64 first = (__u64)BPF_CORE_READ(queue, head.next);

	return first && first != (__u64)__builtin_preserve_access_index(&queue->head);
}

/* Without the one that the iterator itself has taken. */
static __always_inline __u32 file_references(struct file *file)
{
	struct file___counted *counted = (void *)file;
	struct file___referenced *referenced = (void *)file;

	if (bpf_core_field_exists(referenced->f_ref.refcnt.counter))
		return referenced->f_ref.refcnt.counter;
	if (bpf_core_field_exists(counted->f_count.counter))
		return counted->f_count.counter - 1;
	return 0;
}

static __always_inline __u64 file_changed(struct inode *inode)
{
	struct inode___split_time *split = (void *)inode;
	struct inode___private_time *hidden = (void *)inode;
	struct inode___time *plain = (void *)inode;

	if (bpf_core_field_exists(split->i_mtime_sec))
		return mixed(split->i_mtime_sec, split->i_mtime_nsec);
	if (bpf_core_field_exists(hidden->__i_mtime))
		return mixed(hidden->__i_mtime.tv_sec, hidden->__i_mtime.tv_nsec);
	if (bpf_core_field_exists(plain->i_mtime))
		return mixed(plain->i_mtime.tv_sec, plain->i_mtime.tv_nsec);
	return 0;
}

/*
 * pread() and sendfile() leave where they ended in the file's read-ahead state (filemap_read(), mm/filemap.c). pwrite()
 * moves the inode's time alone, which is everybody's: it is looked at where no name leads to the file any more. tmpfs
 * reads by a function of its own, which leaves nothing: what has a name there is unknown.
 */
static __always_inline void file_use(struct sw_descriptor *detail, struct file *file)
{
	struct inode___use *inode = (void *)file->f_inode;

	detail->signs |= SW_SIGN_PLAIN;
	if (file->f_inode->i_sb->s_magic == TMPFS_MAGIC && inode->i_nlink)
		return;
	detail->signs |= SW_SIGN_READ;
	detail->traffic = ((struct file___counted *)file)->f_ra.prev_pos;
	if (inode->i_flctx)
		detail->signs |= SW_SIGN_LOCKED;
	if (inode->i_mapping->i_mmap.rb_root.rb_node)
		detail->signs |= SW_SIGN_MAPPED;
	if (!inode->i_nlink) {
		detail->signs |= SW_SIGN_UNLINKED;
		detail->traffic = mixed(mixed(detail->traffic, inode->i_size), file_changed(file->f_inode));
	}
}

static __always_inline void pipe_use(struct sw_descriptor *detail, struct file *file)
{
	struct pipe_inode_info *pipe = BPF_CORE_READ((struct inode___use *)file->f_inode, i_pipe);
	bool reads = (file->f_flags & 3) != 1, writes = (file->f_flags & 3) != 0;

	if (!pipe)
		return;
	detail->signs |= SW_SIGN_READ;
	detail->traffic = mixed(BPF_CORE_READ(pipe, head), BPF_CORE_READ(pipe, tail));
	if ((reads && BPF_CORE_READ(pipe, writers)) || (writes && BPF_CORE_READ(pipe, readers)))
		detail->signs |= SW_SIGN_OTHER_END;
}

static __always_inline void unix_use(struct sw_descriptor *detail, struct sock *sk)
{
	struct sock___use *use = (void *)sk;
	struct sock *peer = BPF_CORE_READ((struct unix_sock *)sk, peer);
	struct socket_wq *queue = BPF_CORE_READ(use, sk_wq);
	bool receives = BPF_CORE_READ(sk, __sk_common.skc_state) == TCP_LISTEN ||
			(BPF_CORE_READ(sk, sk_type) == SOCK_DGRAM && BPF_CORE_READ((struct unix_sock *)sk, addr));

	detail->signs |= SW_SIGN_READ;
	detail->end = (__u64)sk;
	detail->other_end = (__u64)peer;
	detail->traffic = mixed(BPF_CORE_READ(use, sk_receive_queue.qlen), 0);
	if (queue && is_awaited(__builtin_preserve_access_index(&queue->wait)))
		detail->signs |= SW_SIGN_AWAITED;
	if (receives || (peer && !(BPF_CORE_READ(peer, __sk_common.skc_flags) & (1 << SOCK_DEAD))))
		detail->signs |= SW_SIGN_OTHER_END;
}

/*
 * A datagram socket counts no bytes. Connected ones over IPv4 number what they send; of others it is only known whether
 * they have ever received.
 */
static __always_inline void datagram_use(struct sw_descriptor *detail, struct sock *sk)
{
	struct sock___use *use = (void *)sk;
	struct inet_sock___atomic_id *atomic = (void *)sk;
	struct inet_sock___short_id *number = (void *)sk;
	__u32 sent = 0;

	detail->signs |= SW_SIGN_READ;
	if (bpf_core_field_exists(atomic->inet_id.counter))
		sent = BPF_CORE_READ(atomic, inet_id.counter);
	else if (bpf_core_field_exists(number->inet_id))
		sent = BPF_CORE_READ(number, inet_id);
	detail->traffic = mixed(mixed(sent, BPF_CORE_READ(use, sk_stamp)), BPF_CORE_READ(use, sk_receive_queue.qlen));
	if (BPF_CORE_READ(use, sk_stamp) != SK_DEFAULT_STAMP &&
	    !(BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET && BPF_CORE_READ(sk, __sk_common.skc_daddr)))
		detail->signs |= SW_SIGN_RECEIVED;
}

static __always_inline void tcp_use(struct sw_descriptor *detail, struct tcp_sock *tp, struct sw_record *record,
				    bool direct)
{
	__u64 received, acked;

	SOCKET_READ(received, tp, bytes_received);
	SOCKET_READ(acked, tp, bytes_acked);
	detail->signs |= SW_SIGN_READ;
	if (received || acked || (record && record->established_ns))
		detail->signs |= SW_SIGN_CONNECTED;
}

static __always_inline void event_use(struct sw_descriptor *detail, struct file *file)
{
	struct eventfd_ctx *event = file->private_data;

	detail->signs |= SW_SIGN_READ;
	detail->traffic = BPF_CORE_READ(event, count);
	if (is_awaited(__builtin_preserve_access_index(&event->wqh)))
		detail->signs |= SW_SIGN_AWAITED;
}

static __always_inline void timer_use(struct sw_descriptor *detail, struct file *file)
{
	struct timerfd_ctx *timer = file->private_data;

	detail->signs |= SW_SIGN_READ;
	detail->traffic = mixed(BPF_CORE_READ(timer, ticks), BPF_CORE_READ(timer, t.tmr.node.expires));
	if (is_awaited(__builtin_preserve_access_index(&timer->wqh)))
		detail->signs |= SW_SIGN_AWAITED;
	if (bpf_core_field_exists(timer->t.tmr.state) && BPF_CORE_READ(timer, t.tmr.state) & HRTIMER_ENQUEUED)
		detail->signs |= SW_SIGN_ARMED;
}

static __always_inline void epoll_use(struct sw_descriptor *detail, struct file *file)
{
	struct eventpoll *poll = file->private_data;

	detail->signs |= SW_SIGN_READ;
	if (is_awaited(__builtin_preserve_access_index(&poll->wq)) ||
	    is_awaited(__builtin_preserve_access_index(&poll->poll_wait)))
		detail->signs |= SW_SIGN_AWAITED;
}

static __always_inline void process_use(struct sw_descriptor *detail, struct file *file)
{
	struct pid *pid = file->f_inode->i_sb->s_magic == PID_FS_MAGIC
			      ? BPF_CORE_READ((struct inode___use *)file->f_inode, i_private)
			      : file->private_data;

	if (!pid)
		return;
	detail->signs |= SW_SIGN_READ;
	if (BPF_CORE_READ(pid, tasks[PIDTYPE_TGID_TASK].first))
		detail->signs |= SW_SIGN_OTHER_END;
}

/* Most devices make something new each time that they are opened. */
static __always_inline void device_use(struct sw_descriptor *detail, struct file *file)
{
	__u32 device = ((struct inode___use *)file->f_inode)->i_rdev;

	if ((file->f_inode->i_mode & S_IFMT) != S_IFCHR)
		return;
	if (device >> 20 == MEMORY_MAJOR)
		detail->signs |= SW_SIGN_READ | SW_SIGN_PLAIN;
	if (device == PTMX_DEVICE && use_probe_read && KNOWN(struct tty_file_private)) {
		detail->signs |= SW_SIGN_READ;
		if (!(BPF_CORE_READ((struct tty_file_private *)file->private_data, tty, flags) &
		      (1 << TTY_OTHER_CLOSED)))
			detail->signs |= SW_SIGN_OTHER_END;
	}
}

static __always_inline void socket_use(struct sw_descriptor *detail, struct held_socket *held, struct sw_record *record,
				       bool direct)
{
	if (held->tp)
		tcp_use(detail, held->tp, record, direct);
	else if (!held->sk || !use_probe_read || held->is_mptcp)
		return;
	else if (detail->type == SW_DESCRIPTOR_UNIX && KNOWN(struct unix_sock))
		unix_use(detail, held->sk);
	else if (detail->type == SW_DESCRIPTOR_SOCKET)
		datagram_use(detail, held->sk);
}

static __always_inline void descriptor_use(struct sw_descriptor *detail, struct file *file, struct held_socket *held,
					   struct sw_record *record, bool direct)
{
	detail->references = file_references(file);
	switch (detail->type) {
	case SW_DESCRIPTOR_FILE:
	case SW_DESCRIPTOR_MEMFD:
		file_use(detail, file);
		return;
	case SW_DESCRIPTOR_OTHER:
		device_use(detail, file);
		return;
	case SW_DESCRIPTOR_SOCKET:
	case SW_DESCRIPTOR_UNIX:
		socket_use(detail, held, record, direct);
		return;
	}
	if (!use_probe_read)
		return;
	switch (detail->type) {
	case SW_DESCRIPTOR_PIPE:
		pipe_use(detail, file);
		return;
	case SW_DESCRIPTOR_EVENTFD:
		if (KNOWN(struct eventfd_ctx))
			event_use(detail, file);
		return;
	case SW_DESCRIPTOR_TIMERFD:
		if (KNOWN(struct timerfd_ctx))
			timer_use(detail, file);
		return;
	case SW_DESCRIPTOR_EPOLL:
		if (KNOWN(struct eventpoll))
			epoll_use(detail, file);
		return;
	case SW_DESCRIPTOR_PIDFD:
		process_use(detail, file);
		return;
	}
}

#endif
