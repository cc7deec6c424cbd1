// LIME, KernelSHAP and Partition SHAP beside the packages lime and shap, on the bundled sentiment model and sentences
// of SST-2's development set (tools/make_perturbation_cases.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "evaluate/correlation.h"
#include "explain/games.h"
#include "limn/limn.h"

namespace limn {
namespace {

using Json = nlohmann::json;

const Model& sentiment() {
  static const Model model = Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "models/minilm-l6-sentiment");
  return model;
}

constexpr std::uint64_t seeds = 5;

/// Means over the seeds: one score a word. Equal scores of all seeds need one.
template <class M>
std::vector<Word> mean(const std::string& text, M method, ExplainOptions options, std::uint64_t runs = seeds) {
  std::vector<Word> words;
  for (std::uint64_t seed = 0; seed < runs; seed++) {
    method.seed = seed;
    const Explanation why = sentiment().explain(text, method, options);
    if (words.empty())
      words = why.words;
    else
      for (std::size_t i = 0; i < words.size(); i++) words[i].score += why.words[i].score;
  }
  for (Word& word : words) word.score /= static_cast<double>(runs);
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

void expect_alike(const std::vector<Word>& found, const Json& row, const char* field) {
  ASSERT_EQ(found.size(), row["words"].size()) << row["text"];
  for (std::size_t i = 0; i < found.size(); i++) EXPECT_EQ(found[i].begin, row["words"][i][0].get<std::size_t>());
  const auto rho = spearman_rho(scores_of(found), std::vector<double>(row[field]));
  ASSERT_TRUE(rho);
  EXPECT_GE(*rho, 0.95) << field << ": " << row["text"];
}

TEST(Packages, LimeOrdersWordsAsTheLimePackage) {
  std::size_t sentences = 0;
  for (const Json& row : cases_of("package_means")) {
    if (!row.contains("lime")) continue;  // too long to see every mask
    const std::vector<Word> found = mean(row["text"], Lime{.samples = 5000}, options_of(row));
    expect_alike(found, row, "lime");
    sentences++;
  }
  EXPECT_EQ(sentences, 17u);
}

TEST(Packages, KernelShapOrdersWordsAsTheShapPackage) {
  std::size_t sentences = 0;
  for (const Json& row : cases_of("package_means")) {
    const bool exact = row.contains("lime");  // with 8 units at most, for limn and for shap
    const std::vector<Word> found = mean(row["text"], KernelShap{.samples = 600}, options_of(row), exact ? 1 : seeds);
    expect_alike(found, row, "kernel_shap");
    if (exact) {
      const std::vector<double> expected = row["kernel_shap"];
      // Single precision on both sides, and shap's weight of 1e6 in place of a constraint.
      expect_near(scores_of(found), expected, 1e-3 * largest(expected), row["text"]);
    }
    sentences++;
  }
  EXPECT_EQ(sentences, 20u);
}

TEST(Packages, TheLimePresetIsTheLimePackageAsItComes) {
  for (const Json& row : cases_of("lime_texts")) {
    const Preset& lime = preset("lime");
    const std::vector<Word> found = mean(row["text"], std::get<Lime>(lime.method), options_of(row));
    const std::vector<double> expected = row["scores"];
    std::vector<double> scores;
    for (const Json& begin : row["begins"]) {
      const auto word = std::find_if(found.begin(), found.end(), [&](const Word& w) { return w.begin == begin; });
      ASSERT_NE(word, found.end()) << row["text"] << ", " << begin;
      scores.push_back(word->score);
    }
    // Means over 25,000 draws on both sides, which see every mask: what is left is how often they saw it.
    expect_near(scores, expected, 0.03 * largest(expected), row["text"]);
    for (const Word& word : found) {
      const bool counts = std::any_of(row["begins"].begin(), row["begins"].end(),
                                      [&](const Json& begin) { return begin == word.begin; });
      EXPECT_EQ(word.score != 0, counts) << row["text"];  // punctuation stays
    }
  }
}

TEST(Packages, PartitionShapHasTheValuesOfTheShapPackage) {
  for (const Json& row : cases_of("partition_texts")) {
    for (const Scalar scalar : {Scalar::logit, Scalar::probability}) {
      ExplainOptions options = options_of(row);
      const Preset& shap = preset("shap-partition");
      options.unit = *shap.unit;
      PartitionShap method = std::get<PartitionShap>(shap.method);
      ASSERT_EQ(method.explain, Scalar::probability);
      method.explain = scalar;
      method.evaluations = row["evaluations"];
      const Explanation why = sentiment().explain(row["text"].get<std::string>(), method, options);
      std::vector<double> found;
      for (const Token& token : why.tokens) found.push_back(token.score);
      const std::vector<double> expected = row[scalar == Scalar::logit ? "scores" : "probability_scores"];
      ASSERT_LE(row["by_chance"].get<double>(), 1e-6);  // another seed of shap's gives the same: no tie matters
      expect_near(found, expected, 1e-3 * largest(expected), row["text"]);
      if (scalar == Scalar::logit) {
        EXPECT_NEAR(*why.baseline_value, row["base_value"].get<double>(), 1e-4);
      }
    }
  }
}

}  // namespace
}  // namespace limn
