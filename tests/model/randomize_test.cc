// Random weights: of which tensors, and drawn from which distribution.
#include "model/randomize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "model/checkpoint.h"

namespace limn {
namespace {

using testing::ElementsAre;

const std::filesystem::path folder = std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden/bert-cls";

Checkpoint load(std::size_t parts, std::uint64_t seed = 0) {
  return Checkpoint::load(folder, read_json(folder / "config.json"), nullptr, {.parts = parts, .seed = seed});
}

std::vector<float> values(const StoredView& view) {
  std::vector<float> result(view.rows * view.columns);
  for (std::size_t i = 0; i < view.rows; ++i)
    view.read_row(i, std::span(result).subspan(i * view.columns, view.columns));
  return result;
}

std::vector<float> values(std::span<const float> span) { return {span.begin(), span.end()}; }

void expect_normal(const std::vector<float>& drawn) {
  ASSERT_GE(drawn.size(), 1000u);
  double sum = 0, squares = 0;
  for (const float value : drawn) sum += value, squares += double{value} * value;
  const auto count = static_cast<double>(drawn.size());
  EXPECT_NEAR(sum / count, 0, 4 * .02 / std::sqrt(count));  // four standard errors
  EXPECT_NEAR(std::sqrt(squares / count), .02, .02 * 4 / std::sqrt(2 * count));
}

TEST(Randomize, PartsAreFromTheTop) {
  EXPECT_THAT(randomized_parts(2), ElementsAre("head", "layer 2", "layer 1", "embeddings"));
}

TEST(Randomize, ReplacesTheHeadThenTheLayersFromTheLast) {
  const Checkpoint original = load(0), head = load(1), last = load(2);
  const std::size_t layers = original.weights().layers.size();
  ASSERT_GE(layers, 2u);
  const auto query = [](const Checkpoint& checkpoint, std::size_t layer) {
    return values(checkpoint.weights().layers[layer].query.w.matrix());
  };
  const auto head_weights = [](const Checkpoint& checkpoint) {
    return values(checkpoint.weights().head.steps.back().linear.w.matrix());
  };
  EXPECT_NE(head_weights(head), head_weights(original));
  EXPECT_EQ(head_weights(last), head_weights(head));  // the same draws whatever else is replaced
  EXPECT_EQ(query(head, layers - 1), query(original, layers - 1));
  EXPECT_NE(query(last, layers - 1), query(original, layers - 1));
  EXPECT_EQ(query(last, layers - 2), query(original, layers - 2));
  expect_normal(query(last, layers - 1));
}

TEST(Randomize, ReplacesEverything) {
  const Checkpoint original = load(0), all = load(100), other = load(100, 1);
  const Weights &random = all.weights(), &before = original.weights();
  expect_normal(values(random.embeddings.word));
  EXPECT_NE(values(random.embeddings.word), values(before.embeddings.word));
  EXPECT_NE(values(random.embeddings.word), values(other.weights().embeddings.word));
  EXPECT_NE(values(random.embeddings.position), values(before.embeddings.position));
  for (const LayerWeights& layer : random.layers) {
    EXPECT_THAT(values(layer.query.b), testing::Each(0.f));
    EXPECT_THAT(values(layer.attention_norm.w), testing::Each(1.f));
    EXPECT_THAT(values(layer.attention_norm.b), testing::Each(0.f));
    EXPECT_EQ(layer.query.b.size(), before.layers.front().query.b.size());
  }
  EXPECT_EQ(random.layers.size(), before.layers.size());
}

}  // namespace
}  // namespace limn
