// Texts that differ in few tokens share the products of the first layer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "model/checkpoint.h"
#include "model/encoder.h"

namespace limn {
namespace {

std::vector<float> values_of(ConstView x) {
  std::vector<float> values;
  for (std::size_t i = 0; i < x.rows; ++i) values.insert(values.end(), x.row(i), x.row(i) + x.columns);
  return values;
}

/// Copies of a text, each without some of its tokens.
Batch masked_copies(std::size_t copies, std::int32_t mask) {
  Batch batch;
  for (std::size_t copy = 0; copy < copies; ++copy) {
    std::vector<std::int32_t> ids, types;
    for (std::int32_t i = 0; i < 9; ++i) {
      ids.push_back((copy >> (i % 4)) & 1u ? mask : 5 + i);
      types.push_back(0);
    }
    batch.add(ids, types);
  }
  return batch;
}

TEST(SharedRows, HiddenStatesAreThoseOfSeparateRows) {
  std::size_t models = 0;
  for (const char* root : {"golden", "golden-families", "golden-mlm"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(LIMN_SOURCE_DIR) / "tests" / root)) {
      if (!std::filesystem::exists(entry.path() / "config.json")) continue;
      SCOPED_TRACE(entry.path());
      const Checkpoint checkpoint = Checkpoint::load(entry.path());
      const Encoder encoder = {checkpoint.config().encoder, checkpoint.weights()};
      const Batch batch = masked_copies(16, 4);
      for (int number = 0; number <= static_cast<int>(encoder.config.layers); ++number) {
        const Layer layer = {number};
        const Mat shared = forward_words(encoder, batch, layer);
        const Mat separate = forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch), layer);
        EXPECT_EQ(values_of(shared), values_of(separate)) << "layer " << number;
      }
      const std::vector<std::size_t> needed = {0, 9, 27};
      const Layer last = {static_cast<int>(encoder.config.layers)};
      const Mat shared = forward_words(encoder, batch, last, needed), all = forward_words(encoder, batch, last);
      for (const std::size_t row : needed)
        EXPECT_TRUE(std::ranges::equal(shared.view().row_span(row), all.view().row_span(row)));
      ++models;
    }
  }
  EXPECT_GE(models, 31u);
}

TEST(SharedRows, EachPassCanBeCancelled) {
  const Checkpoint checkpoint = Checkpoint::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden/bert-cls");
  Watch watch;
  watch.cancelled = [] { return true; };
  const Encoder encoder = {checkpoint.config().encoder, checkpoint.weights(), &watch};
  EXPECT_THROW(forward_words(encoder, masked_copies(16, 4), {1}), Cancelled);
  EXPECT_THROW(forward_words(encoder, masked_copies(1, 4), {1}), Cancelled);
}

}  // namespace
}  // namespace limn
