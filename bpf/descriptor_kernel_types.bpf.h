/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The few fields of the kernel's structures that tell whether a descriptor is used, by CO-RE; see kernel_types.bpf.h.
 */
#ifndef SOCKWARDEN_DESCRIPTOR_KERNEL_TYPES_BPF_H
#define SOCKWARDEN_DESCRIPTOR_KERNEL_TYPES_BPF_H

#include "bpf/kernel_types.bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next;
};
struct wait_queue_head {
	struct list_head head;
};
struct file_ra_state {
	long long prev_pos;
};
struct reference_count {
	long counter;
};
struct file___counted { /* until 6.12 */
	struct reference_count f_count;
	struct file_ra_state f_ra;
};
struct reference {
	struct reference_count refcnt;
};
struct file___referenced { /* 6.13+: holds one less than there are */
	struct reference f_ref;
};
struct rb_node;
struct rb_root {
	struct rb_node *rb_node;
};
struct rb_root_cached {
	struct rb_root rb_root;
};
struct address_space {
	struct rb_root_cached i_mmap;
};
struct file_lock_context;
struct inode___use {
	struct address_space *i_mapping;
	struct file_lock_context *i_flctx;
	unsigned int i_nlink;
	unsigned int i_rdev;
	long long i_size;
	struct pipe_inode_info *i_pipe;
	void *i_private;
};
struct timespec64 {
	long long tv_sec;
	long tv_nsec;
};
struct inode___split_time { /* 6.11+ */
	long long i_mtime_sec;
	__u32 i_mtime_nsec;
};
struct inode___private_time { /* 6.7 to 6.10 */
	struct timespec64 __i_mtime;
};
struct inode___time {
	struct timespec64 i_mtime;
};
struct pipe_inode_info {
	unsigned int head;
	unsigned int tail;
	unsigned int readers;
	unsigned int writers;
};
struct sk_buff_head {
	__u32 qlen;
};
struct socket_wq {
	struct wait_queue_head wait;
};
struct sock___use {
	struct sk_buff_head sk_receive_queue;
	struct socket_wq *sk_wq;
	long long sk_stamp;
};
struct unix_address;
struct unix_sock {
	struct unix_address *addr;
	struct sock *peer;
};
struct inet_sock___atomic_id { /* 6.6+ */
	atomic_t inet_id;
};
struct inet_sock___short_id {
	__u16 inet_id;
};
struct eventfd_ctx {
	struct wait_queue_head wqh;
	__u64 count;
};
struct timerqueue_node {
	long long expires;
};
struct hrtimer {
	struct timerqueue_node node;
	__u8 state;
};
struct timerfd_ctx {
	struct {
		struct hrtimer tmr;
	} t;
	struct wait_queue_head wqh;
	__u64 ticks;
};
struct eventpoll {
	struct wait_queue_head wq;
	struct wait_queue_head poll_wait;
};
struct tty_struct {
	unsigned long flags;
};
struct tty_file_private {
	struct tty_struct *tty;
};
struct hlist_node;
struct hlist_head {
	struct hlist_node *first;
};
struct pid {
	struct hlist_head tasks[4];
};
struct signal_struct___use {
	int nr_threads;
};

#pragma clang attribute pop

#endif
