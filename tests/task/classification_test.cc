#include "task/classification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "task/encodings.h"

namespace limn {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(PredictLabel, Softmax) {
  const Mat logits = matrix({{0, std::log(5.0f), std::log(2.0f)}});
  const auto prediction = predict_label(logits, {.labels = {"a", "b", "c"}});
  EXPECT_EQ(prediction.label, "b");
  EXPECT_EQ(prediction.index, 1u);
  EXPECT_NEAR(prediction.probability, 0.625, 1e-7);
  EXPECT_THAT(prediction.probabilities,
              ElementsAre(Pair("a", DoubleNear(0.125, 1e-7)), Pair("b", DoubleNear(0.625, 1e-7)),
                          Pair("c", DoubleNear(0.25, 1e-7))));
  EXPECT_EQ(prediction.meaning, OutputMeaning::classes);
  EXPECT_THAT(prediction.labels, IsEmpty());
}

TEST(PredictLabel, FirstOfEqualLabelsWins) {
  const Mat logits = matrix({{1, 3, 3}});
  EXPECT_EQ(predict_label(logits, {.labels = {"a", "b", "c"}}).label, "b");
}

TEST(PredictLabel, MultiLabel) {
  const HeadConfig head{.labels = {"a", "b", "c"}, .meaning = OutputMeaning::multi_label};
  const Mat two = matrix({{0, std::log(3.0f), -1}});  // a probability of exactly 1/2 is predicted
  const auto prediction = predict_label(two, head);
  EXPECT_THAT(prediction.labels, ElementsAre("a", "b"));
  EXPECT_EQ(prediction.label, "b");
  EXPECT_NEAR(prediction.probability, 0.75, 1e-7);
  EXPECT_EQ(prediction.meaning, OutputMeaning::multi_label);

  const Mat none = matrix({{-3, -2, -1}});
  const auto nothing = predict_label(none, head);
  EXPECT_THAT(nothing.labels, IsEmpty());
  EXPECT_EQ(nothing.label, "");
  EXPECT_EQ(nothing.index, 2u);
  EXPECT_NEAR(nothing.probability, 1 / (1 + std::exp(1.0)), 1e-7);
}

TEST(PredictLabel, SingleOutput) {
  const Mat logits = matrix({{-std::log(3.0f)}});
  const auto prediction = predict_label(logits, {.labels = {"toxic"}, .meaning = OutputMeaning::single});
  EXPECT_EQ(prediction.label, "toxic");
  EXPECT_EQ(prediction.index, 0u);
  EXPECT_NEAR(prediction.probability, 0.25, 1e-7);
}

TEST(PredictLabel, LargeLogits) {
  const Mat logits = matrix({{-3e38f, 3e38f, 1000}});
  const auto prediction = predict_label(logits, {.labels = {"a", "b", "c"}});
  EXPECT_EQ(prediction.probability, 1);
  EXPECT_EQ(prediction.probabilities[0].second, 0);
  const auto sigmoids = predict_label(logits, {.labels = {"a", "b", "c"}, .meaning = OutputMeaning::multi_label});
  EXPECT_EQ(sigmoids.probabilities[0].second, 0);
  EXPECT_EQ(sigmoids.probabilities[1].second, 1);
}

TEST(Classification, ValuesHaveNeitherLabelNorProbability) {
  const std::vector<float> numbers = {1.3259f, -0.5f};
  const auto prediction = predict_label(ConstView{numbers.data(), 1, 2},
                                        {.labels = {"valence", "arousal"}, .meaning = OutputMeaning::value});
  EXPECT_EQ(prediction.meaning, OutputMeaning::value);
  EXPECT_TRUE(prediction.label.empty());
  EXPECT_TRUE(prediction.probabilities.empty());
  ASSERT_EQ(prediction.values.size(), 2U);
  EXPECT_EQ(prediction.values[0], (std::pair<std::string, double>("valence", 1.3259f)));
  EXPECT_EQ(prediction.values[1], (std::pair<std::string, double>("arousal", -0.5)));
}

}  // namespace
}  // namespace limn
