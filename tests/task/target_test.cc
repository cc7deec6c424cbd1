#include "task/target.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "task/encodings.h"

namespace limn {
namespace {

constexpr Scalar scalars[] = {Scalar::logit, Scalar::probability, Scalar::log_probability, Scalar::loss,
                              Scalar::margin};

TEST(Value, LabelByHand) {
  const Mat logits = matrix({{0, std::log(2.0f), std::log(5.0f)}});  // probabilities 1/8, 2/8, 5/8
  Target target{.picks = {{0, 1}}};
  EXPECT_NEAR(value(target, logits), std::log(2.0), 1e-7);
  target.explain = Scalar::probability;
  EXPECT_NEAR(value(target, logits), 0.25, 1e-7);
  target.explain = Scalar::log_probability;
  EXPECT_NEAR(value(target, logits), std::log(0.25), 1e-7);
  target.explain = Scalar::loss;
  EXPECT_NEAR(value(target, logits), -std::log(0.25), 1e-7);
  target.explain = Scalar::margin;
  EXPECT_NEAR(value(target, logits), std::log(2.0) - std::log(5.0), 1e-7);
  target.picks = {{0, 2}};
  EXPECT_NEAR(value(target, logits), std::log(5.0) - std::log(2.0), 1e-7);
}

TEST(Value, AnswerAddsStartAndEnd) {
  const Mat logits = matrix({{0, 1}, {std::log(3.0f), 1}, {0, 3}});
  const double end = std::exp(3.0) / (std::exp(3.0) + 2 * std::exp(1.0));
  Target target{.picks = {{1, 0}, {2, 1}}, .over_rows = true};
  EXPECT_NEAR(value(target, logits), std::log(3.0) + 3, 1e-7);
  target.explain = Scalar::probability;
  EXPECT_NEAR(value(target, logits), 0.6 + end, 1e-7);
  target.explain = Scalar::log_probability;
  EXPECT_NEAR(value(target, logits), std::log(0.6) + std::log(end), 1e-7);
  target.explain = Scalar::loss;
  EXPECT_NEAR(value(target, logits), -std::log(0.6) - std::log(end), 1e-7);
  target.explain = Scalar::margin;
  EXPECT_NEAR(value(target, logits), std::log(3.0) + 2, 1e-7);
}

TEST(Value, Sigmoid) {
  const Mat logits = matrix({{std::log(4.0f), 7}});
  Target target{.explain = Scalar::probability, .picks = {{0, 0}}, .sigmoid = true};
  EXPECT_NEAR(value(target, logits), 0.8, 1e-7);
  target.explain = Scalar::loss;
  EXPECT_NEAR(value(target, logits), -std::log(0.8), 1e-7);
  target.explain = Scalar::margin;
  EXPECT_NEAR(value(target, logits), std::log(4.0), 1e-7);
}

TEST(Value, SubtractsTheContrast) {
  const Mat logits = matrix({{0, 0, 0}, {0, std::log(2.0f), std::log(5.0f)}});
  Target target{.picks = {{1, 2}}, .contrast = 1};
  EXPECT_NEAR(value(target, logits), std::log(2.5), 1e-7);
  target.explain = Scalar::probability;
  EXPECT_NEAR(value(target, logits), 3.0 / 8, 1e-7);
  target.explain = Scalar::log_probability;
  EXPECT_NEAR(value(target, logits), std::log(2.5), 1e-7);
  target.explain = Scalar::margin;
  EXPECT_NEAR(value(target, logits), 2 * std::log(2.5), 1e-6);
}

// `ig_values[1]` is F of the input, computed by PyTorch in float64 (tools/golden.py).
TEST(Value, EqualsPyTorch) {
  std::size_t cases = 0;
  for (const char* model :
       {"bert-qa", "bert-cls", "bert-pair", "bert-token", "bert-multilabel", "bert-single", "distilbert-qa"}) {
    std::ifstream file(std::string(LIMN_SOURCE_DIR "/tests/golden/") + model + "/cases.json");
    ASSERT_TRUE(file) << model;
    const auto document = nlohmann::json::parse(file);
    for (const auto& test : document.at("cases")) {
      const auto& logits = test["logits"];
      const auto& golden = test["target"];
      Target target;
      Mat values;
      if (logits.is_object()) {
        values = columns(logits["start"], logits["end"]);
        target.picks = {{golden[0], 0}, {golden[1], 1}};
        target.over_rows = true;
      } else if (golden.is_array()) {
        values = matrix(logits);
        target.picks = {{golden[0], golden[1]}};
      } else {
        values = matrix({logits});
        target.picks = {{0, golden}};
      }
      const double expected = test["ig_values"][1];
      EXPECT_NEAR(value(target, values), expected, 1e-6 * (1 + std::abs(expected))) << model;
      ++cases;
    }
  }
  EXPECT_GT(cases, 10u);
}

TEST(Value, NeverOverflows) {
  const Mat logits = matrix({{1000, -1000, 3e38f}});
  const Mat single = matrix({{-1000}});
  for (const Scalar explain : scalars) {
    for (std::size_t label = 0; label < 3; ++label)
      EXPECT_TRUE(std::isfinite(value({.explain = explain, .picks = {{0, label}}}, logits)));
    EXPECT_TRUE(std::isfinite(value({.explain = explain, .picks = {{0, 0}}, .sigmoid = true}, single)));
  }
  EXPECT_EQ(value({.explain = Scalar::loss, .picks = {{0, 0}}, .sigmoid = true}, single), 1000);
}

TEST(ValueVjp, IsPreciseNearProbabilityOne) {
  const Mat logits = matrix({{50, 0}});
  Mat gradient(1, 2);
  value_vjp({.explain = Scalar::probability, .picks = {{0, 0}}}, logits, gradient);
  EXPECT_NEAR(gradient(0, 0) / std::exp(-50.0), 1, 1e-6);
  EXPECT_NEAR(gradient(0, 1) / std::exp(-50.0), -1, 1e-6);
  value_vjp({.explain = Scalar::probability, .picks = {{0, 0}}, .sigmoid = true}, logits, gradient);
  EXPECT_NEAR(gradient(0, 0) / std::exp(-50.0), 1, 1e-6);
  EXPECT_EQ(gradient(0, 1), 0);
}

TEST(ValueVjp, EqualsFiniteDifferences) {
  struct Shape {
    std::size_t rows, columns;
    Target target;
  };
  const std::vector<Shape> shapes = {
      {1, 1, {.picks = {{0, 0}}, .sigmoid = true}},
      {1, 1, {.picks = {{0, 0}}}},
      {1, 4, {.picks = {{0, 2}}}},
      {1, 4, {.picks = {{0, 2}}, .contrast = 0}},
      {1, 4, {.picks = {{0, 1}}, .sigmoid = true}},
      {1, 4, {.picks = {{0, 1}}, .sigmoid = true, .contrast = 3}},
      {6, 5, {.picks = {{4, 3}}}},
      {6, 5, {.picks = {{4, 3}}, .contrast = 1}},
      {7, 2, {.picks = {{2, 0}, {5, 1}}, .over_rows = true}},
      {7, 2, {.picks = {{0, 0}, {0, 1}}, .over_rows = true}},
      {1, 2, {.picks = {{0, 0}, {0, 1}}, .over_rows = true}},
  };
  std::mt19937 random(1);
  constexpr float step = 0x1p-8f;  // and logits in sixteenths: the shifted logits are exact in float
  std::uniform_int_distribution<int> sixteenths(-48, 48);
  for (const Scalar explain : scalars) {
    for (const Shape& shape : shapes) {
      const auto [rows, columns] = std::pair(shape.rows, shape.columns);
      Target target = shape.target;
      target.explain = explain;
      Mat logits(rows, columns), gradient(rows, columns);
      for (std::size_t i = 0; i < rows * columns; ++i)
        logits(i / columns, i % columns) = static_cast<float>(sixteenths(random)) / 16 + static_cast<float>(i) / 32;
      value_vjp(target, logits, gradient);
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
          const float at = logits(i, j);
          const auto shifted = [&](float by) { return logits(i, j) = at + by, value(target, logits); };
          // fourth order: the error is about step⁴ / 30
          const double derivative =
              (8 * (shifted(step) - shifted(-step)) - (shifted(2 * step) - shifted(-2 * step))) / (12.0 * step);
          logits(i, j) = at;
          EXPECT_NEAR(gradient(i, j), derivative, 1e-7)
              << "scalar " << static_cast<int>(explain) << " at " << i << ", " << j;
        }
      }
    }
  }
}

TEST(ValueVjp, WritesOnlyItsView) {
  Mat logits = matrix({{1, 2, 3}, {4, 5, 6}});
  Mat wide(2, 4);
  for (std::size_t i = 0; i < 8; ++i) wide(i / 4, i % 4) = 9;
  value_vjp({.picks = {{1, 0}}}, logits, wide.view().column_range(0, 3));
  EXPECT_EQ(wide(1, 0), 1);
  EXPECT_EQ(wide(0, 0), 0);
  EXPECT_EQ(wide(1, 2), 0);
  EXPECT_EQ(wide(0, 3), 9);
}

}  // namespace
}  // namespace limn
