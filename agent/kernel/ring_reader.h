// Takes closed connections out of the ring as they come, so that a small ring loses little between two scans.
#pragma once

#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "agent/kernel/handle.h"
#include "bpf/record.h"

namespace sockwarden {

class RingReader {
 public:
  /// At most this many details wait for a scan; further ones are counted as lost.
  static constexpr std::size_t most_waiting = 131072;

  explicit RingReader(int map_fd);
  ~RingReader();
  RingReader(const RingReader&) = delete;
  RingReader& operator=(const RingReader&) = delete;

  [[nodiscard]] bool ok() const { return ring_ != nullptr; }

  /// All that came since the last call.
  [[nodiscard]] std::vector<sw_connection> take();
  [[nodiscard]] std::uint64_t lost() const;

 private:
  static int receive(void* self, void* data, std::size_t bytes);
  void run();

  Ring ring_;
  Fd stop_;
  mutable std::mutex mutex_;
  std::vector<sw_connection> waiting_;
  std::uint64_t lost_ = 0;
  std::thread thread_;
};

}  // namespace sockwarden
