#include "math/block.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace limn {
namespace {

// More belongs to batches; a thread that waits for work should not hold on to it.
constexpr std::size_t most_kept_floats = std::size_t{64} << 20, most_kept_blocks = 64;

/// The blocks that a thread keeps. With those in use, they take at most an eighth more than the thread has used at
/// once.
class KeptBlocks {
 public:
  KeptBlocks() { blocks_.reserve(most_kept_blocks); }
  ~KeptBlocks();

  /// The smallest kept block of at least `floats` that does not waste as much again, or a new one.
  Block take(std::size_t floats) {
    const auto fits = [&](const Kept& kept) { return kept.floats >= floats && kept.floats / 2 <= floats; };
    auto best = blocks_.end();
    for (auto kept = blocks_.begin(); kept != blocks_.end(); ++kept)
      if (fits(*kept) && (best == blocks_.end() || kept->floats < best->floats)) best = kept;
    Block block;
    if (best != blocks_.end()) {
      kept_floats_ -= best->floats;
      block = Block(best->block.release(), ReturnBlock{best->floats});
      blocks_.erase(best);
    } else {
      make_room(floats);
      block = Block(new float[floats], ReturnBlock{floats});
    }
    used_floats_ += block.get_deleter().floats;
    most_used_floats_ = std::max(most_used_floats_, used_floats_);
    return block;
  }

  void keep(std::unique_ptr<float[]> block, std::size_t floats) {
    used_floats_ -= std::min(floats, used_floats_);  // another thread may have taken it
    if (floats > most_kept_floats) return;
    while (blocks_.size() == most_kept_blocks || kept_floats_ + floats > most_kept_floats) drop_oldest();
    kept_floats_ += floats;
    blocks_.push_back({std::move(block), floats});
  }

 private:
  struct Kept {
    std::unique_ptr<float[]> block;
    std::size_t floats;
  };

  void make_room(std::size_t floats) {
    const std::size_t most_used = std::max(most_used_floats_, used_floats_ + floats), most = most_used + most_used / 8;
    while (!blocks_.empty() && kept_floats_ + used_floats_ + floats > most) drop_oldest();
  }

  void drop_oldest() {
    kept_floats_ -= blocks_.front().floats;
    blocks_.erase(blocks_.begin());
  }

  std::vector<Kept> blocks_;  // the oldest first
  std::size_t kept_floats_ = 0, used_floats_ = 0, most_used_floats_ = 0;
};

constinit thread_local bool has_ended = false;  // static matrices are destroyed after the main thread's blocks
thread_local KeptBlocks kept_blocks;

KeptBlocks::~KeptBlocks() { has_ended = true; }

}  // namespace

void ReturnBlock::operator()(float* block) const {
  std::unique_ptr<float[]> owned(block);
  if (!has_ended) kept_blocks.keep(std::move(owned), floats);
}

Block take_block(std::size_t floats) {
  if (has_ended) return {new float[floats], ReturnBlock{floats}};
  return kept_blocks.take(floats);
}

}  // namespace limn
