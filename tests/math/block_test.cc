#include "math/block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "math/mat.h"

namespace limn {
namespace {

/// Runs work on a thread of its own, which keeps no blocks yet.
template <class Work>
void on_new_thread(const Work& work) {
  std::thread(work).join();
}

TEST(Block, IsTakenAgain) {
  on_new_thread([] {
    float* const first = take_block(1000).get();
    EXPECT_EQ(take_block(600).get(), first);
    EXPECT_EQ(take_block(1000).get(), first);
  });
}

TEST(Block, IsNotWastedOnMuchSmallerMatrices) {
  on_new_thread([] {
    const Block large = take_block(1000), small = take_block(100);
    EXPECT_EQ(large.get_deleter().floats, 1000u);
    EXPECT_EQ(small.get_deleter().floats, 100u);
  });
  on_new_thread([] {
    take_block(1000);  // kept
    EXPECT_EQ(take_block(100).get_deleter().floats, 100u);
  });
}

TEST(Block, TheSmallestThatFitsIsTaken) {
  on_new_thread([] {
    float* smaller = nullptr;
    {
      const Block larger = take_block(1500), other = take_block(1100);
      smaller = other.get();
    }
    EXPECT_EQ(take_block(1000).get(), smaller);
  });
}

TEST(Block, MatricesOfAPassReuseEachOthersMemory) {
  on_new_thread([] {
    const auto pass = [] {
      Mat a(30, 40), b(30, 120), c(30, 40);
      return std::vector<const float*>{a.row(0), b.row(0), c.row(0)};
    };
    const std::vector<const float*> first = pass(), second = pass();
    EXPECT_TRUE(std::ranges::is_permutation(first, second));
  });
}

TEST(Block, OutlivesItsThread) {
  Mat kept;
  on_new_thread([&] {
    Mat made(10, 10);
    fill(made, 3);
    kept = std::move(made);
  });
  EXPECT_EQ(kept(9, 9), 3);
}

}  // namespace
}  // namespace limn
