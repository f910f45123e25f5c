// Arithmetic on the kernel's counter structs, field by field.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "bpf/record.h"

namespace sockwarden {

template <class T>
concept CounterStruct = std::is_same_v<T, sw_totals> || std::is_same_v<T, sw_histogram>;

template <CounterStruct T, class Operation>
void combine(T& to, const T& from, Operation operation) {
  using Fields = std::array<std::uint64_t, sizeof(T) / sizeof(std::uint64_t)>;
  auto left = std::bit_cast<Fields>(to);
  const auto right = std::bit_cast<Fields>(from);
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = operation(left[i], right[i]);
  to = std::bit_cast<T>(left);
}

template <CounterStruct T>
void add(T& to, const T& from) {
  combine(to, from, [](std::uint64_t a, std::uint64_t b) { return a + b; });
}

/// Never below zero: the two sides may have been read at different moments.
template <CounterStruct T>
void subtract(T& to, const T& from) {
  combine(to, from, [](std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; });
}

/// Lifts each field of `to` to at least that of `from`.
template <CounterStruct T>
void raise(T& to, const T& from) {
  combine(to, from, [](std::uint64_t a, std::uint64_t b) { return std::max(a, b); });
}

using Histograms = std::array<sw_histogram, SW_HISTOGRAM_COUNT>;

inline void add(Histograms& to, const sw_histogram (&from)[SW_HISTOGRAM_COUNT]) {
  for (std::size_t i = 0; i < to.size(); ++i) add(to[i], from[i]);
}
inline void add(Histograms& to, const Histograms& from) {
  for (std::size_t i = 0; i < to.size(); ++i) add(to[i], from[i]);
}
inline void raise(Histograms& to, const Histograms& from) {
  for (std::size_t i = 0; i < to.size(); ++i) raise(to[i], from[i]);
}

[[nodiscard]] inline std::uint64_t closed_of(const sw_totals& totals) {
  std::uint64_t sum = 0;
  for (const auto& by_close_reason : totals.closed)
    for (const std::uint64_t count : by_close_reason) sum += count;
  return sum;
}

}  // namespace sockwarden
