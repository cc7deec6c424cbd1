// Options are aggregates that compose: each struct is created in one expression with designated initializers.
#include <gtest/gtest.h>

#include <type_traits>

#include "limn/limn.h"

namespace limn {
namespace {

TEST(Options, ComposeWithDesignatedInitializers) {
  const auto predicting = limn::PredictOptions{.top = 3, .max_length = 128, .stride = 16};
  const auto explaining = limn::ExplainOptions{.reading = {.max_length = 128}, .target = "positive"};
  const auto whole = limn::ExplainOptions{
      .reading = predicting, .answer = "Ann", .contrast = "negative", .unit = limn::Unit::sentence, .raw = true};
  const auto attacking = limn::AttackOptions{.reading = {.max_length = 128}, .toward = "negative", .beam = 2};
  EXPECT_EQ(predicting.max_answer_tokens, 30u);
  EXPECT_EQ(explaining.reading.max_length, 128u);
  EXPECT_EQ(explaining.reading.stride, 128u);
  EXPECT_EQ(explaining.target, "positive");
  EXPECT_EQ(whole.reading.top, 3u);
  EXPECT_EQ(whole.unit, limn::Unit::sentence);
  EXPECT_EQ(attacking.reading.max_length, 128u);
  EXPECT_EQ(attacking.beam, 2u);
}

TEST(Options, AreAggregates) {
  EXPECT_TRUE(std::is_aggregate_v<limn::PredictOptions>);
  EXPECT_TRUE(std::is_aggregate_v<limn::ExplainOptions>);
  EXPECT_TRUE(std::is_aggregate_v<limn::AttackOptions>);
}

}  // namespace
}  // namespace limn
