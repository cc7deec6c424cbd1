// The attention methods, compared with PyTorch in float64 (tools/golden.py), and every map of a model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/golden_folder.h"

namespace limn {
namespace {

using golden::Json;
using testing::HasSubstr;

class AttentionGolden : public testing::TestWithParam<std::filesystem::path> {
 protected:
  AttentionGolden() : model_(Model::load(GetParam())), cases_(golden::cases(GetParam())) {}

  Explanation explain(const Json& row, const Method& method) const {
    ExplainOptions options;
    options.target = golden::target_of(row["target"]);
    return model_.explain(golden::input_of(row["input"]), method, options);
  }

  Model model_;
  Json cases_;
};

INSTANTIATE_TEST_SUITE_P(Folder, AttentionGolden, testing::ValuesIn(golden::folders("golden")),
                         [](const auto& info) { return golden::test_name(info.param); });

TEST_P(AttentionGolden, ScoresEqualPyTorch) {
  const std::pair<const char*, Method> methods[] = {
      {"attention_last", Attention{}}, {"rollout", AttentionRollout{}}, {"grad_attention", GradientAttention{}}};
  for (const Json& row : cases_) {
    for (const auto& [name, method] : methods) {
      const std::vector<double> expected = row["explanations"][name];
      EXPECT_LE(golden::distance(golden::scores(explain(row, method)), expected), 1e-4 * golden::largest(expected))
          << name << " of " << row["input"];
    }
  }
}

TEST_P(AttentionGolden, WarnsThatAttentionIsNoProof) {
  for (const Method& method : {Method(Attention{}), Method(AttentionRollout{}), Method(GradientAttention{})})
    EXPECT_THAT(explain(cases_[0], method).warnings, testing::Contains(HasSubstr("not a proven explanation")));
}

TEST_P(AttentionGolden, RowsSumToOne) {
  for (const Json& row : cases_) {
    const AttentionMaps maps = model_.attention(golden::input_of(row["input"]));
    const std::size_t tokens = row["ids"].size();
    ASSERT_EQ(maps.tokens.size(), tokens);
    ASSERT_EQ(maps.weights.size(), maps.layers * maps.heads * tokens * tokens);
    for (std::size_t begin = 0; begin < maps.weights.size(); begin += tokens) {
      double sum = 0;
      for (std::size_t j = 0; j < tokens; ++j) {
        EXPECT_GE(maps.weights[begin + j], 0);
        sum += maps.weights[begin + j];
      }
      EXPECT_NEAR(sum, 1, 1e-5);
    }
  }
}

TEST_P(AttentionGolden, MapsEqualPyTorch) {
  // The golden row is the mean over the last layer's heads, at the target's position.
  for (const Json& row : cases_) {
    const AttentionMaps maps = model_.attention(golden::input_of(row["input"]));
    const Json& target = row["target"];
    const std::size_t from = target.is_array() ? target[0].get<std::size_t>() : 0;
    std::vector<double> mean(maps.tokens.size(), 0.);
    for (std::size_t head = 0; head < maps.heads; ++head)
      for (std::size_t to = 0; to < mean.size(); ++to)
        mean[to] += maps.at(maps.layers - 1, head, from, to) / static_cast<double>(maps.heads);
    EXPECT_LE(golden::distance(mean, row["explanations"]["attention_last"]), 1e-4);
  }
}

TEST_P(AttentionGolden, HeadIsARowOfItsMapAndDefaultIsTheMean) {
  const Json& row = cases_[0];
  const AttentionMaps maps = model_.attention(golden::input_of(row["input"]));
  const Json& target = row["target"];
  const std::size_t from = target.is_array() ? target[0].get<std::size_t>() : 0;
  std::vector<double> sum(maps.tokens.size(), 0.);
  for (std::size_t head = 1; head <= maps.heads; ++head) {
    const std::vector<double> found = golden::scores(explain(row, Attention{.layer = 2, .head = head}));
    for (std::size_t to = 0; to < found.size(); ++to) {
      EXPECT_NEAR(found[to], maps.at(1, head - 1, from, to), 1e-6);
      sum[to] += found[to] / static_cast<double>(maps.heads);
    }
  }
  EXPECT_LE(golden::distance(golden::scores(explain(row, Attention{.layer = 2})), sum), 1e-6);
}

TEST_P(AttentionGolden, RejectsUnknownLayersAndHeads) {
  const Json& row = cases_[0];
  const std::size_t layers = model_.info().layers, heads = model_.info().heads;
  for (const Attention& method :
       {Attention{.layer = 0}, Attention{.layer = layers + 1}, Attention{.head = 0}, Attention{.head = heads + 1}}) {
    try {
      explain(row, method);
      FAIL() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.parts().field, method.layer ? "layer" : "head");
      EXPECT_EQ(error.parts().expected, "1 to " + std::to_string(method.layer ? layers : heads));
    }
  }
}

TEST(Attention, IncludesThePrediction) {
  const Model model = Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden/bert-cls");
  const Input input = {.text = "I love you, I like you", .pair = {}};
  const AttentionMaps maps = model.attention(input);
  EXPECT_EQ(std::get<LabelPrediction>(maps.prediction).label, std::get<LabelPrediction>(model.predict(input)).label);
  EXPECT_EQ(maps.layers, 3u);
  EXPECT_EQ(maps.heads, 4u);
  EXPECT_EQ(maps.input.text, input.text);
}

TEST(Attention, ShowsTheWindowOfTheAnswer) {
  const Model model = Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden/bert-qa");
  std::string context;
  for (int i = 0; i < 60; ++i) context += "Denver beat Carolina 24-10. ";
  const AttentionMaps maps = model.attention({.text = "Who won?", .pair = context});
  EXPECT_THAT(maps.warnings, testing::Contains(HasSubstr("windows")));
  const Answer& best = std::get<AnswerPrediction>(maps.prediction).best;
  ASSERT_LT(best.end_token, maps.tokens.size());
  if (!best.text.empty()) EXPECT_EQ(maps.tokens[best.start_token].begin, best.begin);
}

}  // namespace
}  // namespace limn
