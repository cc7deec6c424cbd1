#include "math/block.h"

#include <utility>

namespace limn {
namespace {

// Larger blocks belong to batches; a thread that waits for work should not hold on to them.
constexpr std::size_t most_kept_floats = std::size_t{64} << 20;

struct Kept {
  std::unique_ptr<float[]> block;
  std::size_t floats = 0;
};

thread_local Kept kept;

}  // namespace

void ReturnBlock::operator()(float* block) const {
  std::unique_ptr<float[]> owned(block);
  if (floats <= kept.floats || floats > most_kept_floats) return;
  kept = {std::move(owned), floats};
}

Block take_block(std::size_t floats) {
  if (kept.floats >= floats && kept.floats > 0) {
    const std::size_t size = std::exchange(kept.floats, 0);
    return {kept.block.release(), ReturnBlock{size}};
  }
  return {new float[floats], ReturnBlock{floats}};
}

}  // namespace limn
