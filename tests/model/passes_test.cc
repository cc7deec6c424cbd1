// Packing, and cancellation before each pass.
#include "model/passes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "model/checkpoint.h"
#include "model/encoder.h"

namespace limn {
namespace {

using Pass = std::pair<std::size_t, std::size_t>;

std::vector<Pass> packed(const std::vector<std::size_t>& rows, std::size_t most) {
  std::vector<Pass> passes;
  in_passes(
      rows.size(), most, [&](std::size_t i) { return rows[i]; },
      [&](std::size_t begin, std::size_t end) { passes.emplace_back(begin, end); });
  return passes;
}

TEST(Packing, FillsEachPassInOrder) {
  EXPECT_EQ(packed({3, 3, 3, 3, 3}, 7), (std::vector<Pass>{{0, 2}, {2, 4}, {4, 5}}));
  EXPECT_EQ(packed({3, 4, 1, 7}, 7), (std::vector<Pass>{{0, 2}, {2, 3}, {3, 4}}));
  EXPECT_EQ(packed({}, 7), std::vector<Pass>{});
}

TEST(Packing, LongItemHasItsOwnPass) {
  EXPECT_EQ(packed({1, 9, 1, 1}, 7), (std::vector<Pass>{{0, 1}, {1, 2}, {2, 4}}));
  EXPECT_EQ(packed({9}, 7), (std::vector<Pass>{{0, 1}}));
}

std::vector<Pass> evenly_packed(const std::vector<std::size_t>& rows, std::size_t most, std::size_t thread_count) {
  resize_thread_pool(thread_count);
  std::vector<Pass> passes;
  in_even_passes(
      rows.size(), most, [&](std::size_t i) { return rows[i]; },
      [&](std::size_t begin, std::size_t end) { passes.emplace_back(begin, end); });
  resize_thread_pool(0);
  return passes;
}

TEST(EvenPacking, MakesPassesOfTheSameSizeForAllThreads) {
  const std::vector<std::size_t> draws(20, 13), phrases(64, 13);
  EXPECT_EQ(evenly_packed(draws, 128, 1), (std::vector<Pass>{{0, 7}, {7, 13}, {13, 20}}));
  EXPECT_EQ(evenly_packed(draws, 128, 2), (std::vector<Pass>{{0, 10}, {10, 20}}));  // 2 rows more than 128
  EXPECT_EQ(evenly_packed(draws, 128, 4), (std::vector<Pass>{{0, 5}, {5, 10}, {10, 15}, {15, 20}}));
  EXPECT_EQ(evenly_packed(phrases, 256, 2), (std::vector<Pass>{{0, 16}, {16, 32}, {32, 48}, {48, 64}}));
  EXPECT_EQ(evenly_packed(std::vector<std::size_t>(9, 13), 128, 2), (std::vector<Pass>{{0, 9}}));
  EXPECT_EQ(evenly_packed({}, 128, 2), std::vector<Pass>{});
}

TEST(EvenPacking, LosesNoItemAndKeepsTheLimit) {
  for (const std::size_t thread_count : {1u, 2u, 3u, 5u})
    for (std::size_t count = 1; count < 60; ++count) {
      std::vector<std::size_t> rows;
      for (std::size_t i = 0; i < count; ++i) rows.push_back(1 + i * 37 % 50);
      const std::vector<Pass> passes = evenly_packed(rows, 100, thread_count);
      ASSERT_FALSE(passes.empty());
      std::size_t next = 0;
      for (const auto& [begin, end] : passes) {
        EXPECT_EQ(begin, next);
        ASSERT_LT(begin, end);
        next = end;
        const auto at = [&](std::size_t i) { return rows.begin() + static_cast<std::ptrdiff_t>(i); };
        EXPECT_LE(std::accumulate(at(begin), at(end), std::size_t{0}), 125u) << count << " " << thread_count;
      }
      EXPECT_EQ(next, count);
    }
}

TEST(EvenPacking, LongItemHasItsOwnPass) {
  EXPECT_EQ(evenly_packed(std::vector<std::size_t>(5, 138), 128, 2),
            (std::vector<Pass>{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}}));
}

TEST(PassesAtOnce, AreThoseOfPackingAndTakenInOrder) {
  const std::vector<std::size_t> rows = {3, 3, 9, 1, 3, 3, 3, 3, 3};
  const std::vector<Pass> expected = evenly_packed(rows, 7, 3);
  resize_thread_pool(3);
  std::vector<Pass> taken;
  std::vector<std::size_t> sums;
  in_passes_at_once(
      rows.size(), 7, [&](std::size_t i) { return rows[i]; }, nullptr,
      [](std::size_t begin, std::size_t end) {
        return std::vector<std::size_t>{begin, end};
      },
      [](std::vector<std::size_t>& pass, const Watch*) {
        std::vector<std::size_t> squares(100);
        parallel_for(squares.size(), [&](std::size_t i) { squares[i] = i * i; });
        pass.push_back(std::accumulate(squares.begin(), squares.end(), pass[0]));
      },
      [&](std::size_t begin, std::size_t end, const std::vector<std::size_t>& pass) {
        EXPECT_EQ(pass[1], end);
        taken.emplace_back(begin, end);
        sums.push_back(pass[2]);
      });
  EXPECT_EQ(taken, expected);
  ASSERT_EQ(sums.size(), taken.size());
  for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(sums[i], 328'350 + taken[i].first);  // Σ i² for i < 100
  resize_thread_pool(0);
}

TEST(PassesAtOnce, ThrowWhatOneOfThemThrows) {
  resize_thread_pool(3);
  std::size_t taken = 0;
  const auto call = [&] {
    in_passes_at_once(
        9, 1, [](std::size_t) -> std::size_t { return 1; }, nullptr,
        [](std::size_t begin, std::size_t) { return begin; },
        [](std::size_t& pass, const Watch*) {
          if (pass == 4) throw std::runtime_error("the fifth");
        },
        [&](std::size_t, std::size_t, std::size_t) { ++taken; });
  };
  EXPECT_THROW(call(), std::runtime_error);
  EXPECT_EQ(taken, 3u);  // the first three passes; the next three ran with the fifth
  resize_thread_pool(0);
}

TEST(Cancellation, IsCheckedBeforeEachForwardAndBackwardPass) {
  const Checkpoint checkpoint = Checkpoint::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden/bert-cls");
  std::size_t checks = 0;
  bool cancel = false;
  Watch watch;
  watch.cancelled = [&] {
    ++checks;
    return cancel;
  };
  const Encoder encoder = {checkpoint.config().encoder, checkpoint.weights(), &watch};
  Batch batch;
  const std::vector<std::int32_t> ids = {1, 2, 3}, types = {0, 0, 0};
  batch.add(ids, types);
  const Layer last = {static_cast<int>(encoder.config.layers)};
  Trace trace;
  Mat hidden = forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch), last, &trace);
  EXPECT_EQ(checks, 1u);
  vjp(encoder, batch, Layer::word(), copy(hidden), last, trace);
  EXPECT_EQ(checks, 2u);
  cancel = true;
  EXPECT_THROW(vjp(encoder, batch, Layer::word(), copy(hidden), last, trace), Cancelled);
  EXPECT_THROW(forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch), last), Cancelled);
}

}  // namespace
}  // namespace limn
