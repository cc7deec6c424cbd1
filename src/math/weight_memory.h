#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

namespace limn {

/// Memory for the weights of a model, in large blocks that are freed together. Pages that are never written to cost
/// nothing. May be used by several threads.
class WeightMemory {
 public:
  /// @param count number of floats. Each part starts at a cache line, so that no vector load straddles two.
  /// @throws std::bad_alloc
  float* take(std::size_t count);
  bool holds(const float* numbers) const;

 private:
  struct Free {
    void operator()(float* numbers) const { std::free(numbers); }
  };
  struct Block {
    std::unique_ptr<float[], Free> memory;
    std::size_t count;
  };

  void grow(std::size_t count);

  mutable std::mutex mutex_;
  std::vector<Block> blocks_;
  float* next_ = nullptr;
  std::size_t left_ = 0;  // free elements of the last block
};

}  // namespace limn
