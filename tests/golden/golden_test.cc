// Tiny random models, compared with PyTorch in float64 and Captum (tools/golden.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "limn/limn.h"

namespace limn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Returns the folders beside this file and, if it is set, those of $LIMN_GOLDEN.
std::vector<fs::path> golden_folders() {
  std::vector<fs::path> roots = {fs::path(LIMN_SOURCE_DIR) / "tests/golden"}, folders;
  if (const char* more = std::getenv("LIMN_GOLDEN")) roots = {more};
  for (const fs::path& root : roots)
    for (const auto& entry : fs::directory_iterator(root))
      if (fs::exists(entry.path() / "cases.json")) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

class GoldenTest : public testing::TestWithParam<fs::path> {
 protected:
  GoldenTest()
      : model_(Model::load(GetParam())), cases_(Json::parse(std::ifstream(GetParam() / "cases.json"))["cases"]) {}

  static Input input_of(const Json& row) {
    const Json& input = row["input"];
    if (input.contains("question")) return {.text = input["question"], .pair = std::string(input["context"])};
    if (input.contains("pair")) return {.text = input["text"], .pair = std::string(input["pair"])};
    return {.text = input["text"], .pair = std::nullopt};
  }

  /// Returns the case's target in the form that users enter.
  static std::string target_of(const Json& row) {
    const Json& target = row["target"];
    if (target.is_number()) return std::to_string(target.get<int>());
    return std::to_string(target[0].get<int>()) + ":" + std::to_string(target[1].get<int>());
  }

  Explanation explain(const Json& row, const Method& method) const {
    ExplainOptions options;
    options.target = target_of(row);
    options.raw = true;
    options.unit = Unit::token;  // the unit that perturbation methods remove
    return model_.explain(input_of(row), method, options);
  }

  Model model_;
  Json cases_;
};

INSTANTIATE_TEST_SUITE_P(Folder, GoldenTest, testing::ValuesIn(golden_folders()), [](const auto& info) {
  std::string name = info.param.filename().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

/// Returns the byte offset of the n-th code point of a text.
std::size_t byte_of(std::string_view text, std::size_t code_points) {
  std::size_t byte = 0;
  while (byte < text.size() && code_points > 0) {
    ++byte;
    while (byte < text.size() && (static_cast<unsigned char>(text[byte]) & 0xC0) == 0x80) ++byte;
    --code_points;
  }
  return byte;
}

TEST_P(GoldenTest, MatchesTokenizersPackage) {
  for (const Json& row : cases_) {
    const Input input = input_of(row);
    const TokenizedInput read = model_.tokenize(input);
    ASSERT_EQ(read.tokens.size(), row["ids"].size());
    EXPECT_EQ(read.cut_tokens, 0u);
    for (std::size_t i = 0; i < read.tokens.size(); ++i) {
      const Token& token = read.tokens[i];
      EXPECT_EQ(token.id, row["ids"][i].get<int>());
      EXPECT_EQ(read.type_ids[i], row["type_ids"][i].get<int>());
      EXPECT_EQ(token.special, row["special"][i].get<int>() == 1);
      EXPECT_EQ(token.word.has_value(), !row["words"][i].is_null());
      if (token.word) EXPECT_EQ(*token.word, row["words"][i].get<std::size_t>());
      const std::string& text = token.sequence == 1 ? *input.pair : input.text;
      EXPECT_EQ(token.begin, byte_of(text, row["offsets"][i][0]));
      EXPECT_EQ(token.end, byte_of(text, row["offsets"][i][1]));
    }
  }
}

double largest(const Json& numbers) {
  double result = 0;
  for (const Json& number : numbers)
    result = std::max(result, number.is_array() ? largest(number) : std::abs(number.get<double>()));
  return result;
}

std::vector<double> flatten(const Json& numbers) {
  std::vector<double> result;
  for (const Json& number : numbers) {
    if (number.is_array())
      for (const double value : flatten(number)) result.push_back(value);
    else
      result.push_back(number.get<double>());
  }
  return result;
}

void expect_near(const std::vector<double>& found, const Json& expected, double tolerance, const std::string& what) {
  const std::vector<double> numbers = flatten(expected);
  ASSERT_EQ(found.size(), numbers.size()) << what;
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) worst = std::max(worst, std::abs(found[i] - numbers[i]));
  EXPECT_LE(worst, tolerance) << what;
}

TEST_P(GoldenTest, MatchesPyTorchLogits) {
  for (const Json& row : cases_) {
    const Explanation why = explain(row, Gradient{});
    // float32 PyTorch itself stays within 7e-6 of these.
    if (row["logits"].is_object())
      for (const std::string side : {"start", "end"})
        expect_near(why.logits.at(side), row["logits"][side], 1e-5 * largest(row["logits"][side]), side);
    else
      expect_near(why.logits.at("logits"), row["logits"], 1e-5 * largest(row["logits"]), "logits");
  }
}

// All methods at the word embeddings, which are not every family's default.
constexpr Layer word = Layer::word();
const std::pair<const char*, Method> methods[] = {
    {"gradient_l2", Gradient{.reduce = Reduce::l2, .normalize = Normalize::none}},
    {"onehot_l2", Gradient{.normalize = Normalize::none}},
    {"onehot_l2_max", Gradient{}},
    {"grad_x_input", GradientXInput{.layer = word}},
    {"grad_x_input_prob", GradientXInput{.explain = Scalar::probability, .layer = word}},
    {"lit_grad_l2", Gradient{.explain = Scalar::probability, .reduce = Reduce::l2, .normalize = Normalize::l1}},
    {"ig", IntegratedGradients{.layer = word, .steps = 50}},
    {"ig_zero", IntegratedGradients{.layer = word, .baseline = {.kind = Baseline::Kind::zero}, .steps = 50}},
    {"allennlp_simple",
     GradientXInput{.explain = Scalar::loss, .layer = word, .absolute = true, .normalize = Normalize::l1}},
    {"allennlp_ig", IntegratedGradients{.explain = Scalar::loss,
                                        .layer = word,
                                        .baseline = {.kind = Baseline::Kind::zero},
                                        .steps = 10,
                                        .rule = IntegratedGradients::Rule::left_riemann,
                                        .absolute = true,
                                        .normalize = Normalize::l1}},
    {"occlusion_mask", Occlusion{}},
    {"shapley_exact", ShapleySampling{.exact = true}},
    {"attention_last", Attention{}},
    {"rollout", AttentionRollout{}},
    {"grad_attention", GradientAttention{}},
};

TEST_P(GoldenTest, MatchesPyTorchScores) {
  std::size_t compared = 0;
  for (const Json& row : cases_) {
    const Json& expected = row["explanations"];
    for (const auto& [name, method] : methods) {
      if (!expected.contains(name)) continue;  // exact Shapley values exist only for short texts
      ++compared;
      const Explanation why = explain(row, method);
      std::vector<double> scores;
      for (const Token& token : why.tokens) scores.push_back(token.score);
      // Relative to the case's largest score, or to 1 % of its largest gradient if a method's scores are almost zero.
      const double scale = std::max(largest(expected[name]), 0.01 * largest(expected["gradient_l2"]));
      expect_near(scores, expected[name], 1e-4 * scale, name);
    }
  }
  // Every row has all methods but AllenNLP's two, which token classification lacks, and exact Shapley values.
  EXPECT_GE(compared, cases_.size() * (std::size(methods) - 3));
  EXPECT_GE(cases_.size(), 2u);
}

TEST_P(GoldenTest, RefinesPathsUntilToleranceHolds) {
  for (const Json& row : cases_) {
    const Explanation why = explain(row, IntegratedGradients{.layer = word});
    const double difference = row["ig_values"][1].get<double>() - row["ig_values"][0].get<double>();
    EXPECT_NEAR(why.value, row["ig_values"][1].get<double>(), 1e-4);
    EXPECT_NEAR(*why.baseline_value, row["ig_values"][0].get<double>(), 1e-4);
    double sum = 0;
    for (const Token& token : why.tokens) sum += token.score;
    // The single-precision rounding of F matters if the difference is small.
    EXPECT_NEAR(sum, difference, 0.01 * std::abs(difference) + 2e-5);
    EXPECT_LE(*why.completeness_error, 0.01 * std::abs(difference) + 2e-5);
  }
}

TEST_P(GoldenTest, ManyInputsMatchSingleInputs) {
  std::vector<Input> inputs;
  for (const Json& row : cases_) inputs.push_back(input_of(row));
  const std::vector<Result<Explanation>> together = model_.explain(inputs, GradientXInput{.layer = word});
  ASSERT_EQ(together.size(), inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Explanation alone = model_.explain(inputs[i], GradientXInput{.layer = word});
    const Explanation& one = together[i].value();
    ASSERT_EQ(one.tokens.size(), alone.tokens.size());
    // Matrix products of different sizes round differently: each float32 result may have the full tolerance to float64.
    const Json& expected = cases_[i]["explanations"];
    const double scale = std::max(largest(expected["grad_x_input"]), 0.01 * largest(expected["gradient_l2"]));
    for (std::size_t t = 0; t < alone.tokens.size(); ++t)
      EXPECT_NEAR(one.tokens[t].score, alone.tokens[t].score, 1e-4 * scale);
  }
}

}  // namespace
}  // namespace limn
