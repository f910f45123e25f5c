// The latest values, oldest first, in memory that fits them: most pools keep one or none, and a deque takes half a
// kilobyte for that.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace sockwarden {

template <class T>
class Latest {
 public:
  using const_iterator = typename std::vector<T>::const_iterator;

  [[nodiscard]] const_iterator begin() const { return values_.begin() + static_cast<std::ptrdiff_t>(first_); }
  [[nodiscard]] const_iterator end() const { return values_.end(); }
  [[nodiscard]] std::size_t size() const { return values_.size() - first_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] const T& front() const { return values_[first_]; }
  [[nodiscard]] const T& back() const { return values_.back(); }
  [[nodiscard]] T& back() { return values_.back(); }
  [[nodiscard]] T& operator[](std::size_t i) { return values_[first_ + i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const { return values_[first_ + i]; }
  /// Of the heap.
  [[nodiscard]] std::size_t bytes() const { return values_.capacity() * sizeof(T); }

  void push_back(T value) { values_.push_back(std::move(value)); }
  void pop_front() {
    if (++first_ * 2 >= values_.size()) drop_popped();
  }
  /// Gives back room that is not needed.
  void fit() {
    if (values_.capacity() <= size() + size() / 4) return;
    drop_popped();
    values_.shrink_to_fit();
  }

 private:
  void drop_popped() {
    values_.erase(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }

  std::vector<T> values_;
  std::size_t first_ = 0;  // those before are popped
};

}  // namespace sockwarden
