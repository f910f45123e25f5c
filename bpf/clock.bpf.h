/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The kernel's tick: how long it is, what its stamps mean, and the time it tells for nothing. */
#ifndef SOCKWARDEN_CLOCK_BPF_H
#define SOCKWARDEN_CLOCK_BPF_H

#include "bpf/maps.bpf.h"

#define NS_PER_S	     1000000000ull
#define NS_PER_US	     1000ull
#define MAX_SCHEDULE_TIMEOUT ((long)(~0ul >> 1))

/*
 * Jiffies a second. jiffies_64 starts at 2^32 - 300 * HZ (INITIAL_JIFFIES, include/linux/jiffies.h) and runs with the
 * monotonic clock, so of the four rates that a kernel can be built with one fits.
 */
static __always_inline void hz_find(__u64 now_ns, __u64 jiffies)
{
	const __u32 rates[] = {100, 250, 300, 1000};
	__u64 now_ms = now_ns / 1000000, best = ~0ull;

#pragma unroll
	for (int i = 0; i < 4; i++) {
		__u64 expected = (1ull << 32) - 300 * rates[i] + now_ms * rates[i] / 1000;
		__u64 off = expected > jiffies ? expected - jiffies : jiffies - expected;

		off = off * 1000 / rates[i];
		if (off < best) {
			best = off;
			hz = rates[i];
		}
	}
	tick_ns = NS_PER_S / hz;
}

/*
 * For iterators: how jiffies stand to CLOCK_MONOTONIC. The two run together (tick_do_update_jiffies64()), so that the
 * least of many differences, one a descriptor at the start and one a scan later, is that at a tick.
 */
static __always_inline void clock_find(void)
{
	__u64 now_ns, jiffies;
	__s64 zero_ns;

	if (hz && seeding_done && tick_scan == scan_number)
		return;
	tick_scan = scan_number;
	jiffies = bpf_jiffies64();
	now_ns = bpf_ktime_get_ns();
	if (!hz)
		hz_find(now_ns, jiffies);
	zero_ns = now_ns - jiffies * tick_ns;
	if (!tick_zero_ns || zero_ns < tick_zero_ns)
		tick_zero_ns = zero_ns;
}

/*
 * CLOCK_MONOTONIC as of the last tick: one load, where bpf_ktime_get_ns() is 40 ns in a hook that runs for every
 * message. (Tracing programs may not call bpf_ktime_get_coarse_ns().)
 */
static __always_inline __u64 coarse_now_ns(void)
{
	return tick_zero_ns ? bpf_jiffies64() * tick_ns + tick_zero_ns : bpf_ktime_get_ns();
}

static __always_inline __u64 jiffies_to_ns(__u64 jiffies)
{
	return jiffies * tick_ns;
}

/* tcp_jiffies32 minus an older stamp. */
static __always_inline __u64 ago_ns(__u32 stamp)
{
	__u32 ago = (__u32)bpf_jiffies64() - stamp;

	return ago > 1u << 31 ? 0 : jiffies_to_ns(ago);
}

static __always_inline __u64 timeout_ns(long timeout)
{
	return timeout == MAX_SCHEDULE_TIMEOUT ? 0 : jiffies_to_ns(timeout);
}

#endif
