// What live connections add to the kernel's totals, which know closed connections only.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "agent/model/model.h"

namespace sockwarden {

/// Process serial, role and endpoint as the kernel keys them.
struct TallyKey {
  std::uint32_t process = 0;
  std::uint8_t role = 0;
  Address address;
  bool operator==(const TallyKey&) const = default;
};
struct TallyHash {
  std::size_t operator()(const TallyKey& key) const;
};

struct Tally {
  std::uint64_t live = 0;
  std::uint64_t exchanges = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t first_byte_sum_ns = 0;
  std::uint64_t first_byte_count = 0;
  void add(const sw_connection& raw);
  void add_to(sw_totals& totals) const;
};

/// Into the bucket that the kernel would choose.
void observe_latency(sw_histogram& histogram, std::uint64_t us);

class LiveTally {
 public:
  explicit LiveTally(const Sample& sample);

  /// Null where no connection lives.
  [[nodiscard]] const Tally* of_endpoint(const TallyKey& key) const;
  [[nodiscard]] const Tally* of_role(std::uint32_t process, std::uint8_t role) const;
  /// Of connections whose endpoint has no room in the kernel's table.
  [[nodiscard]] const Tally* of_other(std::uint32_t process, std::uint8_t role) const;
  /// TLS handshakes of live connections, microseconds. Null where there was none.
  [[nodiscard]] const sw_histogram* handshakes_of(std::uint32_t process, std::uint8_t role) const;
  /// Times to first byte of live connections, microseconds. Null where there was none.
  [[nodiscard]] const sw_histogram* first_bytes_of(std::uint32_t process, std::uint8_t role) const;

 private:
  Tally* endpoint_for(const sw_record& record);

  using RoleTallies = std::unordered_map<std::uint64_t, Tally>;
  std::unordered_map<TallyKey, Tally, TallyHash> endpoints_;
  RoleTallies roles_, others_;
  std::unordered_map<std::uint64_t, sw_histogram> handshakes_, first_bytes_;
};

}  // namespace sockwarden
