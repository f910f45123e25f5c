#pragma once

#include <string>

namespace sockwarden {

/// A listening TCP socket; closed with its owner.
class BoundSocket {
 public:
  explicit BoundSocket(int descriptor) : descriptor_(descriptor) {}
  BoundSocket(BoundSocket&& other) noexcept : descriptor_(other.release()) {}
  BoundSocket& operator=(BoundSocket&& other) noexcept;
  ~BoundSocket();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// The caller closes it.
  [[nodiscard]] int release();
  /// With the real port: "127.0.0.1:10180", "[::]:10180".
  [[nodiscard]] std::string address() const;

 private:
  int descriptor_;
};

}  // namespace sockwarden
