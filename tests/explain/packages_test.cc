// LIME, KernelSHAP and Partition SHAP, compared with the packages lime and shap on the bundled sentiment model and
// sentences of SST-2's development set (tools/make_perturbation_cases.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "evaluate/correlation.h"
#include "explain/games.h"
#include "limn/limn.h"

namespace limn::packages_test {
namespace {

using Json = nlohmann::json;

const Model& sentiment() {
  static const Model model = Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "models/minilm-l6-sentiment");
  return model;
}

constexpr std::uint64_t seeds = 5;

/// Returns means over the seeds: one score per word.
template <class M>
std::vector<Word> mean(const std::string& text, M method, ExplainOptions options) {
  std::vector<Word> words;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    method.seed = seed;
    const Explanation why = sentiment().explain(text, method, options);
    if (words.empty())
      words = why.words;
    else
      for (std::size_t i = 0; i < words.size(); ++i) words[i].score += why.words[i].score;
  }
  for (Word& word : words) word.score /= static_cast<double>(seeds);
  return words;
}

std::vector<double> scores_of(const std::vector<Word>& words) {
  std::vector<double> scores;
  for (const Word& word : words) scores.push_back(word.score);
  return scores;
}

double largest(const std::vector<double>& scores) {
  double result = 0;
  for (const double score : scores) result = std::max(result, std::abs(score));
  return result;
}

ExplainOptions options_of(const Json& row) {
  ExplainOptions options;
  options.target = row["label"].dump();
  return options;
}

/// Returns the test sentences: all 20, which take minutes, with LIMN_ALL_SENTENCES=1; otherwise the first two.
std::vector<Json> sentences() {
  const Json all = cases_of("package_means");
  EXPECT_EQ(all.size(), 20u);
  return {all.begin(), all.begin() + (std::getenv("LIMN_ALL_SENTENCES") ? 20 : 2)};
}

/// Computes rank correlations with the package, sentence by sentence. Both sides are means over five seeds.
/// @param samples the package's default.
template <class M>
std::vector<double> correlations(const char* field, std::size_t samples) {
  std::vector<double> result;
  for (const Json& row : sentences()) {
    const std::vector<Word> found = mean(row["text"], M{.samples = samples}, options_of(row));
    EXPECT_EQ(found.size(), row["words"].size()) << row["text"];
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].begin, row["words"][i][0].get<std::size_t>());
    const std::vector<double> expected = row[field];
    const auto rho = spearman_rho(scores_of(found), expected);
    result.push_back(rho.value_or(-1));
    // A tenth of the largest score: the sampling error, which decides the ranks of words that hardly matter.
    expect_near(scores_of(found), expected, 0.1 * largest(expected), row["text"]);
    EXPECT_GE(result.back(), 0.8) << row["text"];
  }
  return result;
}

TEST(Packages, LimeRanksEqualTheLimePackage) {
  for (const double rho : correlations<Lime>("lime", 5000)) EXPECT_GE(rho, 0.95);
}

TEST(Packages, KernelShapRanksEqualTheShapPackage) {
  for (const double rho : correlations<KernelShap>("kernel_shap", 2 * 16 + 2048)) EXPECT_GE(rho, 0.95);
}

TEST(Packages, LimePresetEqualsTheLimePackage) {
  for (const Json& row : cases_of("lime_texts")) {
    const Preset& lime = preset("lime");
    const std::vector<Word> found = mean(row["text"], std::get<Lime>(lime.method), options_of(row));
    // The package's words lie between characters that are not letters or digits: "it's" has two of them.
    std::vector<double> expected, scores;
    std::size_t of_package = 0;
    for (const Word& word : found) {
      double sum = 0;
      std::size_t words = 0;
      for (std::size_t i = 0; i < row["begins"].size(); ++i) {
        const std::size_t begin = row["begins"][i];
        if (begin < word.begin || begin >= word.end) continue;
        sum += row["scores"][i].get<double>();
        ++words;
      }
      of_package += words;
      EXPECT_EQ(word.score != 0, words > 0) << row["text"] << ": " << word.begin;  // punctuation is never removed
      expected.push_back(sum);
      scores.push_back(word.score);
    }
    ASSERT_EQ(of_package, row["begins"].size());
    // Both sides are means over 25,000 draws, which include every mask; only the frequencies of the masks differ.
    expect_near(scores, expected, 0.03 * largest(expected), row["text"]);
  }
}

TEST(Packages, PartitionShapEqualsTheShapPackage) {
  for (const Json& row : cases_of("partition_texts")) {
    ExplainOptions options = options_of(row);
    const Preset& shap = preset("shap-partition");
    options.unit = *shap.unit;
    PartitionShap method = std::get<PartitionShap>(shap.method);
    method.explain = Scalar::logit;  // has a larger range than the preset's probability
    method.evaluations = row["evaluations"];
    const Explanation why = sentiment().explain(row["text"].get<std::string>(), method, options);
    std::vector<double> found;
    for (const Token& token : why.tokens) found.push_back(token.score);
    const std::vector<double> expected = row["scores"];
    ASSERT_LE(row["by_chance"].get<double>(),
              1e-6);  // shap gives the same values with another seed: ties do not matter
    expect_near(found, expected, 1e-3 * largest(expected), row["text"]);
    EXPECT_NEAR(*why.baseline_value, row["base_value"].get<double>(), 1e-4);
  }
}

}  // namespace
}  // namespace limn::packages_test
