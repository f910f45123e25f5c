// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Defines what maps.bpf.h declares. No program here. */
#include "bpf/maps.bpf.h"

const volatile bool use_socket_storage = true;
const volatile bool use_release_hook = true;
const volatile bool use_stacks = true;
const volatile bool use_protocol_parser = true;
const volatile bool use_cast = true;
const volatile bool use_probe_read = true;

__u32 hz = 0;
__u64 tick_ns = 0;
__s64 tick_zero_ns = 0;
__u32 tick_scan = 0;
__u32 scan_number = 0;
__u32 scan_filled = 0;
__u32 scan_tid = 0;
bool seeding_done = false;
bool seed_listeners = false;
__u64 record_key_anchor = 0;

struct socket_records socket_records SEC(".maps");
struct hashed_records hashed_records SEC(".maps");
struct process_serials process_serials SEC(".maps");
struct processes processes SEC(".maps");
struct process_roles process_roles SEC(".maps");
struct endpoints endpoints SEC(".maps");
struct other_options other_options SEC(".maps");
struct refused_binds refused_binds SEC(".maps");
struct closed_connections closed_connections SEC(".maps");
struct ending_connections ending_connections SEC(".maps");
struct scan_buffer scan_buffer SEC(".maps");
struct descriptor_counts descriptor_counts SEC(".maps");
struct detailed_processes detailed_processes SEC(".maps");
struct ended_in_scan ended_in_scan SEC(".maps");
struct listen_ports listen_ports SEC(".maps");
struct stacks stacks SEC(".maps");
struct redundant_option_calls redundant_option_calls SEC(".maps");
struct losses losses SEC(".maps");

/*
 * GPL-2.0-only OR Apache-2.0 in the words that the kernel knows (include/linux/module.h): "GNU Public License v2 rights
 * and more".
 */
char LICENSE[] SEC("license") = "GPL and additional rights";
