#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace limn {

/// A hash table for keys of 64 bits, in one block of memory: the next slot is tried if one is taken.
template <class Value>
class FlatMap {
 public:
  /// A key that must not be used.
  static constexpr std::uint64_t no_key = UINT64_MAX;

  explicit FlatMap(std::size_t expected = 0) : slots_(std::bit_ceil(2 * expected + 2)) {}

  std::size_t size() const { return size_; }

  const Value* find(std::uint64_t key) const {
    const Slot& slot = slots_[place(key)];
    return slot.key == key ? &slot.value : nullptr;
  }
  /// The value of a key; `otherwise` is put there if it has none.
  Value& get(std::uint64_t key, const Value& otherwise) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place(key)];
    if (slot.key != key) {
      slot = {key, otherwise};
      ++size_;
    }
    return slot.value;
  }

 private:
  struct Slot {
    std::uint64_t key = no_key;
    Value value = {};
  };

  /// Where a key is, or would be put.
  std::size_t place(std::uint64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    const std::uint64_t product = key * 0x9E37'79B9'7F4A'7C15;  // Fibonacci hashing
    std::size_t slot = (product ^ (product >> 32)) & mask;
    while (slots_[slot].key != key && slots_[slot].key != no_key) slot = (slot + 1) & mask;
    return slot;
  }
  void grow() {
    FlatMap larger(slots_.size() - 1);
    for (const Slot& slot : slots_)
      if (slot.key != no_key) larger.get(slot.key, slot.value);
    *this = std::move(larger);
  }

  std::vector<Slot> slots_;  ///< a power of two, at most half full
  std::size_t size_ = 0;
};

}  // namespace limn
