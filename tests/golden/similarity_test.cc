// Tiny random models in folders of sentence-transformers, compared with it and with PyTorch in float64
// (tools/similarity_golden.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "limn/limn.h"

namespace limn::similarity_test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::vector<fs::path> similarity_folders() {
  fs::path root = fs::path(LIMN_SOURCE_DIR) / "tests/golden-similarity";
  if (const char* more = std::getenv("LIMN_GOLDEN_SIMILARITY")) root = more;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(root))
    if (fs::exists(entry.path() / "similarity.json")) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

class SimilarityTest : public testing::TestWithParam<fs::path> {
 protected:
  SimilarityTest()
      : model_(Model::load(GetParam())),
        golden_(Json::parse(std::ifstream(GetParam() / "similarity.json"))),
        cases_(golden_["cases"]) {}

  static Input input_of(const Json& row) { return {.text = row["a"], .pair = std::string(row["b"])}; }

  Model model_;
  Json golden_, cases_;
};

INSTANTIATE_TEST_SUITE_P(Folder, SimilarityTest, testing::ValuesIn(similarity_folders()), [](const auto& info) {
  std::string name = info.param.filename().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

template <class Numbers>
void expect_close(const Numbers& found, const Json& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  ASSERT_FALSE(found.empty()) << what;
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i].get<double>(), tolerance) << what << " " << i;
}

double largest_of(const Json& numbers) {
  double result = 0;
  for (const Json& number : numbers) result = std::max(result, std::abs(number.get<double>()));
  return result;
}

TEST_P(SimilarityTest, EmbedsAsSentenceTransformersDoes) {
  EXPECT_EQ(model_.info().task, Task::sentence_embedding);
  std::size_t compared = 0;
  for (const Json& row : cases_) {
    for (const std::string side : {"a", "b"}) {
      const Input input = {.text = row[side], .pair = {}};
      const Embedding embedding = std::get<Embedding>(model_.predict(input));
      const Json& expected = row["embedding_" + side];
      expect_close(embedding.values, expected, 1e-5 * largest_of(expected), side);
      EXPECT_EQ(embedding.tokens, row["ids_" + side].size());
      EXPECT_EQ(model_.info().dimensions, expected.size());
      const TokenizedInput read = model_.tokenize(input);
      for (std::size_t i = 0; i < read.tokens.size(); ++i)
        EXPECT_EQ(read.tokens[i].id, row["ids_" + side][i].get<int>());
      ++compared;
    }
  }
  EXPECT_GE(compared, 8u);
}

TEST_P(SimilarityTest, ComparesAsSentenceTransformersDoes) {
  for (const Json& row : cases_) {
    const Embedding embedding = std::get<Embedding>(model_.predict(input_of(row)));
    EXPECT_NEAR(embedding.cosine.value(), row["cosine"].get<double>(), 1e-5);
    EXPECT_NEAR(embedding.dot.value(), row["dot"].get<double>(),
                1e-5 * std::max(1., std::abs(row["dot"].get<double>())));
  }
  EXPECT_GE(cases_.size(), 4u);
}

constexpr Layer word = Layer::word();
const std::pair<const char*, Method> methods[] = {
    {"gradient_l2", Gradient{.reduce = Reduce::l2, .normalize = Normalize::none}},
    {"grad_x_input", GradientXInput{.layer = word}},
    {"ig", IntegratedGradients{.layer = word, .steps = 50}},
    {"occlusion_mask", Occlusion{}},
    {"shapley_exact", ShapleySampling{.exact = true}},
};

TEST_P(SimilarityTest, ExplainsTheCosine) {
  std::size_t compared = 0;
  for (const Json& row : cases_) {
    // transformers' get_special_tokens_mask calls an unknown character special; limn, as `tokenizers`, does not.
    const auto tokens = model_.tokenize(input_of(row)).tokens;
    const bool has_unknown = std::ranges::find(tokens, "<unk>", &Token::token) != tokens.end();
    for (const auto& [name, method] : methods) {
      if (!row["explanations"].contains(name)) continue;  // exact Shapley values exist only for short texts
      ++compared;
      if (has_unknown && !std::string_view(name).starts_with("grad")) continue;
      const Json& expected = row["explanations"][name];
      const Explanation why = model_.explain(input_of(row), method, {.unit = Unit::token});
      EXPECT_EQ(why.target.explain, "cosine");
      EXPECT_NEAR(why.value, row["cosine"].get<double>(), 1e-5);
      std::vector<double> scores;
      for (const Token& token : why.tokens) scores.push_back(token.score);
      const double scale = std::max(largest_of(expected), 0.01 * largest_of(row["explanations"]["gradient_l2"]));
      // With max pooling, the gradient jumps where two tokens are equally large. If rounding decides otherwise there
      // than in PyTorch, one of the 50 points has another gradient: a part of 1/50 of the score.
      const bool jumps = golden_["pooling"] == "max" && std::string_view(name) == "ig";
      expect_close(scores, expected, (jumps ? 0.25 / 50 : 1e-4) * scale, name);
    }
    if (has_unknown) continue;
    const Json& ends = row["explanations"]["ig_values"];
    const Explanation path = model_.explain(input_of(row), IntegratedGradients{.layer = word});
    EXPECT_NEAR(path.baseline_value.value(), ends[0].get<double>(), 1e-4);
    // With max pooling, F has kinks, so that the tolerance may not be met: a warning then says so.
    if (path.warnings.empty() || golden_["pooling"] != "max")
      EXPECT_LE(path.completeness_error.value(), 0.01 * std::abs(path.value - *path.baseline_value) + 2e-5);
  }
  EXPECT_GE(compared, cases_.size() * 4);
}

TEST_P(SimilarityTest, PairsAddUpToTheCosine) {
  for (const Json& row : cases_) {
    const Similarity similarity = model_.similar(input_of(row));
    ASSERT_EQ(similarity.pairs.size(), row["ids_a"].size());
    double sum = 0;
    for (const auto& scores : similarity.pairs) {
      ASSERT_EQ(scores.size(), row["ids_b"].size());
      sum = std::accumulate(scores.begin(), scores.end(), sum);
    }
    // Mean and max pooling are sums over tokens; one token's state, or a Dense layer with tanh, is none.
    const std::string pooling = golden_["pooling"];
    EXPECT_EQ(similarity.pairs_exact, pooling != "cls" && pooling != "lasttoken" && !golden_["dense"].get<bool>());
    EXPECT_NEAR(sum + similarity.pairs_residual, row["cosine"].get<double>(), 1e-5);
    if (similarity.pairs_exact) EXPECT_NEAR(similarity.pairs_residual, 0, 1e-5);
    if (!row.contains("pairs")) continue;
    double largest = 0;
    for (const Json& scores : row["pairs"]) largest = std::max(largest, largest_of(scores));
    for (std::size_t i = 0; i < similarity.pairs.size(); ++i)
      expect_close(similarity.pairs[i], row["pairs"][i], 1e-4 * largest, "pairs");
  }
  EXPECT_GE(cases_.size(), 4u);
}

TEST_P(SimilarityTest, ExplainsBothTexts) {
  const Json& row = cases_[0];
  const Similarity similarity = model_.similar(input_of(row), GradientXInput{.layer = word});
  const Similarity swapped =
      model_.similar({.text = row["b"], .pair = std::string(row["a"])}, GradientXInput{.layer = word});
  EXPECT_EQ(similarity.a.text, row["a"]);
  EXPECT_EQ(similarity.b.text, row["b"]);
  EXPECT_EQ(similarity.b.tokens.size(), row["ids_b"].size());
  ASSERT_EQ(similarity.b.tokens.size(), swapped.a.tokens.size());
  for (std::size_t i = 0; i < swapped.a.tokens.size(); ++i)
    EXPECT_NEAR(similarity.b.tokens[i].score, swapped.a.tokens[i].score, 1e-6);
}

}  // namespace
}  // namespace limn::similarity_test
