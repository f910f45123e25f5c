/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* How long a TLS handshake took, from what the protocol parser keeps of a connection. Pure; both sides include it. */
#ifndef SOCKWARDEN_WIRE_HANDSHAKE_H
#define SOCKWARDEN_WIRE_HANDSHAKE_H

#include "bpf/wire.h"

/* In 1.3 a refusal is encrypted too: two bytes, their type and a tag of 16. The shortest Finished is twice as long. */
enum { SW_TLS_LONGEST_ALERT = 24 };

static inline int sw_flow_is_whole_tls(const struct sw_flow *flow)
{
	return flow->protocol == SW_PROTOCOL_TLS && flow->flags & SW_FLOW_ENCRYPTED &&
	       !(flow->flags & SW_FLOW_MIDSTREAM) && flow->started_ns;
}

static inline __u64 sw_handshake_between(const struct sw_flow *client, const struct sw_flow *server)
{
	__u64 done_ns;

	if (!sw_flow_is_whole_tls(client) || !sw_flow_is_whole_tls(server))
		return 0;
	if (server->flags & SW_FLOW_TLS_1_3 && client->messages <= 1 &&
	    client->tls.longest_record <= SW_TLS_LONGEST_ALERT)
		return 0;
	done_ns = client->head_done_ns > server->head_done_ns ? client->head_done_ns : server->head_done_ns;
	return done_ns > client->started_ns ? done_ns - client->started_ns : 0;
}

/*
 * From the client's hello to the later one of the two sides' first encrypted records, as they passed this host. 0 where
 * there was none, it did not end, the client refused the server, or it was not seen from its start.
 */
static inline __u64 sw_wire_handshake_ns(const struct sw_wire *wire)
{
	if (wire->flow[SW_EGRESS].flags & SW_FLOW_REQUEST)
		return sw_handshake_between(&wire->flow[SW_EGRESS], &wire->flow[SW_INGRESS]);
	return sw_handshake_between(&wire->flow[SW_INGRESS], &wire->flow[SW_EGRESS]);
}

#endif
