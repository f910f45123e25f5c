#include "agent/model/live_tally.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "agent/model/listeners.h"
#include "bpf/wire_handshake.h"

namespace sockwarden {
namespace {

std::uint64_t role_key(std::uint32_t process, std::uint8_t role) { return std::uint64_t{process} << 8 | role; }

template <class Value>
const Value* find(const std::unordered_map<std::uint64_t, Value>& values, std::uint64_t key) {
  const auto found = values.find(key);
  return found == values.end() ? nullptr : &found->second;
}

void add(sw_histogram& first_bytes, const sw_record& record) {
  for (std::size_t bucket = 0; bucket < SW_BUCKETS; ++bucket) first_bytes.count[bucket] += record.first_bytes[bucket];
  first_bytes.sum += record.first_byte_sum_ns / 1000;
}

}  // namespace

std::size_t TallyHash::operator()(const TallyKey& key) const {
  std::uint64_t high = 0, low = 0;
  std::memcpy(&high, key.address.ip.data(), sizeof high);
  std::memcpy(&low, key.address.ip.data() + sizeof high, sizeof low);
  constexpr std::uint64_t odd = 0x9e37'79b9'7f4a'7c15;
  std::uint64_t hash = role_key(key.process, key.role) ^ (std::uint64_t{key.address.port} << 48);
  for (const std::uint64_t part : {high, low}) hash = ((hash ^ part) * odd) ^ (hash >> 29);
  return hash ^ (hash >> 32);
}

void Tally::add(const sw_connection& raw) {
  live += (raw.record.flags & SW_FLAG_COUNTED) != 0 ? 1 : 0;
  exchanges += raw.record.exchanges;
  bytes_received += raw.socket.bytes_received;
  bytes_sent += raw.socket.bytes_acked;
  first_byte_sum_ns += raw.record.first_byte_sum_ns;
  first_byte_count += raw.record.first_byte_count;
}

void Tally::add_to(sw_totals& totals) const {
  totals.exchanges += exchanges;
  totals.bytes_received += bytes_received;
  totals.bytes_sent += bytes_sent;
  totals.first_byte_sum_ns += first_byte_sum_ns;
  totals.first_byte_count += first_byte_count;
}

void observe_latency(sw_histogram& histogram, std::uint64_t us) {
  const std::uint64_t units = (us + SW_LATENCY_US - 1) / SW_LATENCY_US;
  const int bucket = units <= 1 ? 0 : std::min<int>(std::bit_width(units - 1), SW_BUCKETS - 1);
  ++histogram.count[bucket];
  histogram.sum += us;
}

LiveTally::LiveTally(const Sample& sample) {
  endpoints_.reserve(sample.endpoints.size());
  for (const EndpointSample& endpoint : sample.endpoints) {
    const sw_endpoint_key& key = endpoint.key;
    endpoints_.try_emplace({key.process, static_cast<std::uint8_t>(key.role), Address::from(key.remote)});
  }
  for (const sw_connection& raw : sample.live) {
    const sw_record& record = raw.record;
    if ((record.flags & SW_FLAG_SETTLED) != 0) continue;  // in the totals already
    if (record.role != SW_ROLE_CLIENT && record.role != SW_ROLE_SERVER) continue;
    roles_[role_key(record.process, record.role)].add(raw);
    Tally* endpoint = endpoint_for(record);
    Tally& tally = endpoint != nullptr ? *endpoint : others_[role_key(record.process, record.role)];
    tally.add(raw);
    const std::uint64_t handshake_ns =
        (record.flags & SW_FLAG_PREEXISTING) == 0 ? sw_wire_handshake_ns(&record.wire) : 0;
    if (record.first_byte_count != 0) add(first_bytes_[role_key(record.process, record.role)], record);
    if (handshake_ns != 0) observe_latency(handshakes_[role_key(record.process, record.role)], handshake_ns / 1000);
  }
}

Tally* LiveTally::endpoint_for(const sw_record& record) {
  const bool client = record.role == SW_ROLE_CLIENT;
  TallyKey key{record.process, record.role, Address::from(client ? record.remote : record.local)};
  auto found = endpoints_.find(key);
  if (found == endpoints_.end() && !client) {
    for (const Address& address : listening_addresses(key.address)) {
      found = endpoints_.find({key.process, key.role, address});
      if (found != endpoints_.end()) break;
    }
  }
  return found == endpoints_.end() ? nullptr : &found->second;
}

const Tally* LiveTally::of_endpoint(const TallyKey& key) const {
  const auto found = endpoints_.find(key);
  return found == endpoints_.end() ? nullptr : &found->second;
}

const Tally* LiveTally::of_role(std::uint32_t process, std::uint8_t role) const {
  return find(roles_, role_key(process, role));
}

const Tally* LiveTally::of_other(std::uint32_t process, std::uint8_t role) const {
  return find(others_, role_key(process, role));
}

const sw_histogram* LiveTally::first_bytes_of(std::uint32_t process, std::uint8_t role) const {
  return find(first_bytes_, role_key(process, role));
}

const sw_histogram* LiveTally::handshakes_of(std::uint32_t process, std::uint8_t role) const {
  return find(handshakes_, role_key(process, role));
}

}  // namespace sockwarden
