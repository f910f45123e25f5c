/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What kind of thing a descriptor refers to. */
#ifndef SOCKWARDEN_DESCRIPTOR_TYPES_BPF_H
#define SOCKWARDEN_DESCRIPTOR_TYPES_BPF_H

#include "bpf/maps.bpf.h"

#define ANON_INODE_FS_MAGIC 0x09041934 /* include/uapi/linux/magic.h */
#define TMPFS_MAGIC	    0x01021994
#define PID_FS_MAGIC	    0x50494446

/* The first letters of a short name lie in the dentry itself. */
static __always_inline void short_name(struct dentry *dentry, char name[8])
{
	struct dentry___before_6_16 *before = (void *)dentry;
	const unsigned char *letters;

	if (!use_socket_storage) {
		bpf_probe_read_kernel_str(name, 8, dentry->d_name.name);
		return;
	}
	letters = bpf_core_field_exists(dentry->d_shortname) ? dentry->d_shortname.string : before->d_iname;
	barrier_var(letters); /* a relocated address, not relocated loads: the arrays have other lengths than ours */
	__builtin_memcpy(name, letters, 8);
}

/* The names that the kernel gives anon_inode_getfile(). */
static __always_inline __u8 anonymous_type(struct dentry *dentry)
{
	char name[8] = {};

	short_name(dentry, name);
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

/* A memfd's file has no directory; those of O_TMPFILE have. */
static __always_inline bool is_memfd(struct dentry *dentry)
{
	return dentry->d_parent == dentry;
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

#endif
