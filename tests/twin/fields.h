// Which fields of what a scan reads are moments, and which are counts: what moves when time or work goes on.
#pragma once

#include <algorithm>

#include "agent/sample/sample.h"

namespace sockwarden::testing {

/// Each moment of a connection, beside that of another.
template <class Visit>
void each_moment(sw_connection& one, const sw_connection& other, Visit visit) {
  sw_record& record = one.record;
  const sw_record& beside = other.record;
  visit(record.established_ns, beside.established_ns);
  visit(record.last_receive_ns, beside.last_receive_ns);
  visit(record.request_sent_ns, beside.request_sent_ns);
  visit(record.birth_ns, beside.birth_ns);
  visit(record.last_send_ns, beside.last_send_ns);
  visit(record.peer_closed_ns, beside.peer_closed_ns);
  visit(record.own_closed_ns, beside.own_closed_ns);
  for (const auto direction : {SW_INGRESS, SW_EGRESS}) {
    sw_flow& flow = record.wire.flow[direction];
    const sw_flow& flow_beside = beside.wire.flow[direction];
    visit(flow.exchange_ns, flow_beside.exchange_ns);
    visit(flow.started_ns, flow_beside.started_ns);
    visit(flow.head_done_ns, flow_beside.head_done_ns);
    visit(flow.done_ns, flow_beside.done_ns);
  }
  visit(one.socket.last_send_ago_ns, other.socket.last_send_ago_ns);
  visit(one.socket.last_arrival_ago_ns, other.socket.last_arrival_ago_ns);
}

/// The two times that a socket tells as ages become moments, as each_moment() has them; and back.
inline void turn_ages(Sample& sample) {
  for (auto* connections : {&sample.live, &sample.closed}) {
    for (sw_connection& connection : *connections) {
      sw_socket& socket = connection.socket;
      socket.last_send_ago_ns = connection.read_ns - std::min(connection.read_ns, socket.last_send_ago_ns);
      if (socket.last_arrival_known != 0)
        socket.last_arrival_ago_ns = connection.read_ns - std::min(connection.read_ns, socket.last_arrival_ago_ns);
    }
  }
}

/// The counts that its protocol keeps of a flow.
template <class Visit>
void visit_protocol(sw_flow& now, const sw_flow& first, const sw_flow& last, Visit visit) {
  if (first.protocol != last.protocol) return;
  if (now.protocol == SW_PROTOCOL_HTTP_2) visit(now.http2.stream, first.http2.stream, last.http2.stream);
  if (now.protocol == SW_PROTOCOL_TLS) visit(now.tls.data_records, first.tls.data_records, last.tls.data_records);
  const bool is_response = (now.flags & SW_FLOW_RESPONSE) != 0;
  if (now.protocol == SW_PROTOCOL_HTTP_1_1 && is_response)
    visit(now.http.answered, first.http.answered, last.http.answered);
}

/// Each count of a connection: as it is now, was at the beginning and is at the end.
template <class Visit>
void each_count_of(sw_connection& now, const sw_connection& first, const sw_connection& last, Visit visit) {
  const auto visit_record = [&](auto member) { visit(now.record.*member, first.record.*member, last.record.*member); };
  visit_record(&sw_record::exchanges);
  visit_record(&sw_record::first_byte_sum_ns);
  visit_record(&sw_record::first_byte_count);
  visit_record(&sw_record::write_seq);
  visit_record(&sw_record::copied_seq);
  for (std::size_t i = 0; i < SW_BUCKETS; ++i)
    visit(now.record.first_bytes[i], first.record.first_bytes[i], last.record.first_bytes[i]);
  visit(now.socket.bytes_received, first.socket.bytes_received, last.socket.bytes_received);
  visit(now.socket.bytes_acked, first.socket.bytes_acked, last.socket.bytes_acked);
  for (const auto direction : {SW_INGRESS, SW_EGRESS}) {
    const auto visit_flow = [&](auto member) {
      visit(now.record.wire.flow[direction].*member, first.record.wire.flow[direction].*member,
            last.record.wire.flow[direction].*member);
    };
    visit_flow(&sw_flow::messages);
    visit_flow(&sw_flow::exchanges);
    visit_flow(&sw_flow::next_seq);
    visit_protocol(now.record.wire.flow[direction], first.record.wire.flow[direction], last.record.wire.flow[direction],
                   visit);
  }
}

/// Each number of a struct that has nothing but counts.
template <class Counts, class Visit>
void each_count(Counts& now, const Counts& first, const Counts& last, Visit visit) {
  static_assert(sizeof(Counts) % sizeof(__u64) == 0);
  auto* value = reinterpret_cast<__u64*>(&now);
  const auto* begin = reinterpret_cast<const __u64*>(&first);
  const auto* end = reinterpret_cast<const __u64*>(&last);
  for (std::size_t i = 0; i < sizeof(Counts) / sizeof(__u64); ++i) visit(value[i], begin[i], end[i]);
}

}  // namespace sockwarden::testing
