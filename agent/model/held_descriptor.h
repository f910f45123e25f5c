// One descriptor that a process holds, and what is seen of its use.
#pragma once

#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/sample/sample.h"

namespace sockwarden {

/// TCP sockets that are neither connections nor listeners.
enum class ClosedTcp : std::uint8_t {
  no,         ///< none of those
  unused,     ///< never connected
  connected,  ///< the connection has ended without the program: reset by the peer, or timed out
};

struct HeldDescriptor {
  /// A type, or a TCP socket that is closed.
  static constexpr std::uint8_t never_connected = SW_DESCRIPTOR_COUNT;
  static constexpr std::uint8_t disconnected = SW_DESCRIPTOR_COUNT + 1;
  static constexpr std::size_t kinds = SW_DESCRIPTOR_COUNT + 2;

  std::uint64_t inode = 0;
  std::uint64_t position = 0;
  std::uint64_t traffic = 0;
  std::uint64_t end = 0, other_end = 0;
  std::uint64_t work = 0;  ///< of the process, when it came
  std::uint32_t device = 0;
  std::uint32_t signs = 0;
  std::uint32_t references = 0;
  std::uint32_t numbers = 0;  ///< of descriptors, in this process
  std::uint8_t kind = 0;
  std::uint8_t access = 0;  ///< O_RDONLY, O_WRONLY, O_RDWR
  bool used = false;
  bool known = true;  ///< came while the process was watched, and is the program's own
  Instant first{};
  std::uint64_t round = 0;

  [[nodiscard]] bool has(sw_sign sign) const { return (signs & sign) != 0; }
  /// It is also held by another process, mapped, on its way through a socket, or in use by a call at this moment.
  [[nodiscard]] bool is_shared() const { return references > numbers; }

  void take(const sw_descriptor& detail);
  /// What it looks like now; whether it was used since it was last looked at.
  [[nodiscard]] bool was_used_by(const sw_descriptor& detail) const;
};

[[nodiscard]] std::uint8_t kind_of(const sw_descriptor& detail);

/// What the descriptors of one kind say of each other.
class Surroundings {
 public:
  explicit Surroundings(const std::vector<const HeldDescriptor*>& of_one_kind);

  /// There is no use of it any more: nobody can use it, or nobody did since it came, and that would be seen. False
  /// where that is unknown.
  [[nodiscard]] bool is_forgotten(const HeldDescriptor& held) const;

 private:
  struct Openings {
    std::uint64_t all = 0, reading = 0, writing = 0;
  };
  [[nodiscard]] const Openings& openings_of(const HeldDescriptor& held) const;
  [[nodiscard]] bool is_forgotten_file(const HeldDescriptor& held) const;
  [[nodiscard]] bool is_forgotten_pipe(const HeldDescriptor& held) const;
  [[nodiscard]] bool is_forgotten_unix(const HeldDescriptor& held) const;

  std::unordered_map<std::uint64_t, Openings> openings_;  // by inode and device
  std::set<std::uint64_t> ends_;                          // of unix sockets
};

}  // namespace sockwarden
