#include "math/weight_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <new>

namespace limn {
namespace {

constexpr std::size_t page_bytes = std::size_t{2} << 20;
constexpr std::size_t line_floats = 64 / sizeof(float);
constexpr std::size_t block_floats = std::size_t{64} << 20;

}  // namespace

float* WeightMemory::take(std::size_t count) {
  if (count > std::numeric_limits<std::size_t>::max() / 2 / sizeof(float)) throw std::bad_alloc();
  const std::size_t rounded = (count + line_floats - 1) / line_floats * line_floats;
  const std::lock_guard lock(mutex_);
  if (rounded > left_) grow(rounded);
  float* const numbers = next_;
  next_ += rounded;
  left_ -= rounded;
  return numbers;
}

bool WeightMemory::holds(const float* numbers) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(blocks_, [numbers](const Block& block) {
    return std::less_equal{}(block.memory.get(), numbers) && std::less{}(numbers, block.memory.get() + block.count);
  });
}

void WeightMemory::grow(std::size_t count) {
  const std::size_t numbers = std::max(count, block_floats);
  const std::size_t bytes = (numbers * sizeof(float) + page_bytes - 1) / page_bytes * page_bytes;
  std::unique_ptr<float[], Free> memory(static_cast<float*>(std::aligned_alloc(page_bytes, bytes)));
  if (!memory) throw std::bad_alloc();
  // Large pages if the system has them: page faults of small ones would take half of the loading time, and a product of
  // few rows waits for the weights.
  ::madvise(memory.get(), bytes, MADV_HUGEPAGE);
  next_ = memory.get();
  left_ = numbers;
  blocks_.push_back({std::move(memory), numbers});
}

}  // namespace limn
