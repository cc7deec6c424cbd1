#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace limn {

/// A hash table for 64-bit keys in one block of memory, with linear probing.
template <class Value>
class FlatMap {
 public:
  /// Reserved: not a valid key.
  static constexpr std::uint64_t no_key = UINT64_MAX;

  explicit FlatMap(std::size_t expected = 0) : slots_(std::bit_ceil(2 * expected + 2)) {}

  std::size_t size() const { return size_; }

  const Value* find(std::uint64_t key) const {
    const Slot& slot = slots_[place(key)];
    return slot.key == key ? &slot.value : nullptr;
  }
  /// The value of a key; inserts `otherwise` if there is none.
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

  /// The slot of a key, or the slot where it would be inserted.
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
