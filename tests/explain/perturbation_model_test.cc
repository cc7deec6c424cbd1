// The methods on the small random models of tests/golden and on the bundled models.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "explain/games.h"
#include "limn/limn.h"

namespace limn::perturbation_model_test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const fs::path golden = fs::path(LIMN_SOURCE_DIR) / "tests/golden";

const Model& sentiment() {
  static const Model model = Model::load(fs::path(LIMN_SOURCE_DIR) / "models/minilm-l6-sentiment");
  return model;
}

std::vector<double> token_scores(const Explanation& why) {
  std::vector<double> scores;
  for (const Token& token : why.tokens) scores.push_back(token.score);
  return scores;
}

std::vector<double> word_scores(const Explanation& why) {
  std::vector<double> scores;
  for (const Word& word : why.words) scores.push_back(word.score);
  return scores;
}

double sum(const std::vector<double>& scores) { return std::accumulate(scores.begin(), scores.end(), 0.); }

/// Every perturbation method, with few evaluations.
const std::map<std::string, Method> methods = {{"occlusion", Occlusion{}},
                                               {"lime", Lime{.samples = 60}},
                                               {"lime captum", Lime{.flavour = Lime::Flavour::captum, .samples = 60}},
                                               {"kernel shap", KernelShap{.samples = 60}},
                                               {"shapley", ShapleySampling{.permutations = 4}},
                                               {"partition shap", PartitionShap{.evaluations = 60}},
                                               {"rise", Rise{.samples = 60}},
                                               {"sobol", Sobol{.samples = 4}}};

// ---- PyTorch's values --------------------------------------------------------------------------------

ExplainOptions golden_options(const Json& row) {
  const Json& target = row["target"];
  ExplainOptions options;
  options.unit = Unit::token;
  options.target = target.is_number() ? target.dump() : target[0].dump() + ":" + target[1].dump();
  return options;
}

Input golden_input(const Json& row) {
  const Json& input = row["input"];
  if (input.contains("question")) return {.text = input["question"], .pair = std::string(input["context"])};
  if (input.contains("pair")) return {.text = input["text"], .pair = std::string(input["pair"])};
  return {.text = input["text"], .pair = std::nullopt};
}

class GoldenPerturbationTest : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Folder, GoldenPerturbationTest,
                         testing::Values("bert-cls", "bert-multilabel", "bert-pair", "bert-qa", "bert-single",
                                         "bert-token", "distilbert-cls", "distilbert-qa", "distilbert-token"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST_P(GoldenPerturbationTest, ScoresEqualPyTorch) {
  const Model model = Model::load(golden / GetParam());
  const Json cases = Json::parse(std::ifstream(golden / GetParam() / "cases.json"))["cases"];
  std::size_t compared = 0;
  for (const Json& row : cases) {
    const std::map<std::string, std::vector<Method>> same = {
        {"occlusion_mask", {Occlusion{}}},
        {"shapley_exact", {ShapleySampling{.exact = true}, KernelShap{}}},
    };
    for (const auto& [name, ways] : same) {
      if (!row["explanations"].contains(name)) continue;  // too many tokens for all coalitions
      const std::vector<double> expected = row["explanations"][name];
      double largest = 0;
      for (const double score : expected) largest = std::max(largest, std::abs(score));
      for (const Method& way : ways) {
        const Explanation why = model.explain(golden_input(row), way, golden_options(row));
        expect_near(token_scores(why), expected, 1e-4 * largest, name);
        ++compared;
        if (name == "shapley_exact") {
          ASSERT_TRUE(why.completeness_error);
          EXPECT_LE(*why.completeness_error, 1e-12);
        }
      }
    }
  }
  EXPECT_GE(compared, cases.size());  // each row has at least occlusion
  EXPECT_GE(cases.size(), 2u);
}

// ---- masking ---------------------------------------------------------------------------------------

TEST(Masking, RemoveEqualsTheTextWithoutTheWord) {
  const std::string text = "it is a charming and often affecting journey";
  ExplainOptions options;
  options.target = "positive";
  const Explanation why = sentiment().explain(text, Occlusion{.masking = Masking::remove}, options);
  ASSERT_EQ(why.words.size(), 8u);
  for (const Word& word : why.words) {
    std::string shorter = text.substr(0, word.begin) + text.substr(std::min(word.end + 1, text.size()));
    const Explanation without = sentiment().explain(shorter, Gradient{}, options);
    EXPECT_NEAR(word.score, why.value - without.value, 1e-5) << shorter;
  }
}

TEST(Masking, MaskEqualsTheTextWithMaskTokens) {
  ExplainOptions options;
  options.target = "positive";
  options.unit = Unit::sentence;
  const Explanation why = sentiment().explain("It is dull. I loved the unglamorous ending!", Occlusion{}, options);
  ASSERT_EQ(why.words.size(), 2u);
  const Explanation second =
      sentiment().explain("[MASK] [MASK] [MASK] [MASK] I loved the unglamorous ending!", Gradient{}, options);
  EXPECT_NEAR(why.words[0].score, why.value - second.value, 1e-5);
  EXPECT_EQ(why.passes, 3u);
}

TEST(Masking, RemoveKeepsTheTokensOfTheAnswer) {
  const Model model = Model::load(fs::path(LIMN_SOURCE_DIR) / "models/minilm-l6-qa");
  const std::string question = "Who beat Carolina?", context = "Denver beat Carolina.";
  for (const auto unit : {Unit::token, Unit::word, Unit::sentence}) {
    ExplainOptions options;
    options.unit = unit;
    const Explanation why = model.explain(question, context, KernelShap{.masking = Masking::remove}, options);
    EXPECT_NEAR(sum(token_scores(why)), why.value - *why.baseline_value, 1e-9);
    EXPECT_EQ(why.words.size(), unit == Unit::sentence ? 2u : 8u);
  }
}

TEST(Masking, RemoveKeepsTheTaggedToken) {
  const Model model = Model::load(golden / "bert-token");
  ExplainOptions options;
  options.unit = Unit::token;
  const Explanation why =
      model.explain("George went to town.", ShapleySampling{.masking = Masking::remove, .exact = true}, options);
  EXPECT_NEAR(sum(token_scores(why)), why.value - *why.baseline_value, 1e-9);
}

TEST(Masking, RejectsTokenizersWithoutTheReplacementToken) {
  const fs::path folder = fs::path(testing::TempDir()) / "limn-without-special-tokens";
  fs::create_directories(folder);
  for (const char* file : {"config.json", "model.safetensors"})
    fs::copy_file(golden / "bert-cls" / file, folder / file, fs::copy_options::overwrite_existing);
  Json tokenizer = Json::parse(std::ifstream(golden / "bert-cls/tokenizer.json"));
  Json& added = tokenizer["added_tokens"];
  added.erase(
      std::remove_if(added.begin(), added.end(),
                     [](const Json& token) { return token["content"] == "[MASK]" || token["content"] == "[PAD]"; }),
      added.end());
  for (const char* token : {"[MASK]", "[PAD]"}) {  // ids stay contiguous
    Json& vocabulary = tokenizer["model"]["vocab"];
    vocabulary[std::string("plain") + token[1]] = vocabulary[token];
    vocabulary.erase(token);
  }
  std::ofstream(folder / "tokenizer.json") << tokenizer;
  std::ofstream(folder / "tokenizer_config.json")
      << R"({"cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]"})";
  const Model model = Model::load(folder);
  for (const auto& [strategy, name] :
       std::map<Masking, std::string>{{Masking::mask, "mask"}, {Masking::pad, "padding"}}) {
    try {
      model.explain("I love it", Occlusion{.masking = strategy});
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.parts().field, "masking");
      EXPECT_EQ(error.parts().found, "a tokenizer without a " + name + " token");
    }
  }
  for (const Masking strategy : {Masking::remove, Masking::unk})
    EXPECT_EQ(model.explain("I love it", Occlusion{.masking = strategy}).words.size(), 3u);
  fs::remove_all(folder);
}

// ---- properties of every method ----------------------------------------------------------------------

TEST(Perturbation, DoesNotDependOnThreads) {
  const std::string text = "An affectionate, unglamorous portrait; often funny, sometimes slow, never, ever dull.";
  for (const auto& [name, method] : methods) {
    for (const Masking strategy : {Masking::mask, Masking::remove}) {
      const Method with = std::visit(
          [&](auto chosen) -> Method {
            if constexpr (requires { chosen.masking; }) chosen.masking = strategy;
            return chosen;
          },
          method);
      set_threads(1);
      const Explanation one = sentiment().explain(text, with);
      set_threads(4);
      const Explanation four = sentiment().explain(text, with);
      set_threads(0);
      EXPECT_EQ(token_scores(one), token_scores(four)) << name;
    }
  }
}

TEST(Perturbation, WordScoresEqualUnitScores) {
  // "unglamorous" has several tokens; with every method the word must have the unit's whole score.
  ExplainOptions options;
  const std::string text = "unglamorous but fun";
  for (const auto& [name, method] : methods) {
    if (name == "partition shap") continue;  // special tokens have scores, too
    const Explanation why = sentiment().explain(text, method, options);
    ASSERT_EQ(why.words.size(), 3u);
    const auto subwords =
        std::count_if(why.tokens.begin(), why.tokens.end(), [](const Token& token) { return token.word == 0; });
    EXPECT_GT(subwords, 1);
    const double of_token = why.tokens[1].score;
    const bool whole = name == "rise" || name == "sobol";
    EXPECT_NEAR(why.words[0].score, whole ? of_token : of_token * static_cast<double>(subwords), 1e-12) << name;
    EXPECT_EQ(why.tokens.front().score, 0) << name;
    EXPECT_EQ(why.tokens.back().score, 0) << name;
  }
  const Explanation rise = sentiment().explain(text, Rise{.samples = 500}, options);
  for (const Word& word : rise.words) EXPECT_GT(word.score, 0.1);  // means of probabilities
}

TEST(Perturbation, Efficiency) {
  const std::string text = "A gorgeous, witty, seductive movie, though its second half is a bit too long.";
  for (const Unit unit : {Unit::token, Unit::word, Unit::clause, Unit::sentence}) {
    ExplainOptions options;
    options.unit = unit;
    const double nothing = *sentiment().explain(text, KernelShap{.samples = 60}, options).baseline_value;
    for (const char* name : {"kernel shap", "shapley", "partition shap"}) {
      const Explanation why = sentiment().explain(text, methods.at(name), options);
      EXPECT_NEAR(sum(token_scores(why)), why.value - *why.baseline_value, 1e-9) << name;
      // What Partition SHAP gives to special tokens, which are never masked, the words lack.
      double special = 0;
      for (const Token& token : why.tokens) special += token.special ? token.score : 0;
      EXPECT_NEAR(*why.completeness_error, std::abs(special), 1e-9) << name;
      // Passes of other sizes round differently.
      EXPECT_NEAR(*why.baseline_value, nothing, 1e-5) << name;
    }
  }
}

TEST(Perturbation, OneWordAndOneToken) {
  for (const char* text : {"ok", "unglamorous", "!", "😡"}) {
    for (const Unit unit : {Unit::token, Unit::word, Unit::sentence}) {
      ExplainOptions options;
      options.unit = unit;
      for (const auto& [name, method] : methods) {
        const Explanation why = sentiment().explain(text, method, options);
        EXPECT_GE(why.words.size(), 1u) << name;
        if (name == "kernel shap" && unit == Unit::word)
          EXPECT_NEAR(why.words[0].score, why.value - *why.baseline_value, 1e-9);
      }
    }
  }
}

TEST(Perturbation, RejectsZeroSamples) {
  const std::vector<Method> bad = {Lime{.samples = 0},
                                   Lime{.kernel_width = 0},
                                   Lime{.kernel_width = -1},
                                   Lime{.kernel_width = NAN},
                                   KernelShap{.samples = 0},
                                   ShapleySampling{.permutations = 0},
                                   PartitionShap{.evaluations = 0},
                                   Rise{.samples = 0},
                                   Rise{.probability = 0},
                                   Rise{.probability = 1},
                                   Sobol{.samples = 0},
                                   Occlusion{.window = 0}};
  for (std::size_t i = 0; i < bad.size(); ++i) EXPECT_THROW(sentiment().explain("good", bad[i]), Error) << i;
}

TEST(Perturbation, ExactShapleyRejectsLongText) {
  try {
    sentiment().explain("one two three four five six seven eight nine ten eleven twelve thirteen",
                        ShapleySampling{.exact = true});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().found, "13 units");
  }
}

TEST(Perturbation, ScoresSoFarAreOfTheWordsOfTheResult) {
  const std::string text = "one two, three four five six seven eight nine ten eleven twelve thirteen";
  std::vector<Word> last;
  Watch watch;
  watch.partial = [&](const std::vector<Word>& words) { last = words; };
  const Explanation why = sentiment().explain(text, KernelShap{.samples = 400}, {}, watch);
  ASSERT_EQ(last.size(), why.words.size());
  ASSERT_EQ(last.size(), 14U);  // with the comma
  for (std::size_t i = 0; i < last.size(); ++i) {
    EXPECT_EQ(last[i].begin, why.words[i].begin);
    EXPECT_EQ(last[i].end, why.words[i].end);
    EXPECT_TRUE(last[i].standard_error.has_value());
  }
  // "it's" is two of LIME's words, and "wit" is two tokens of one word or more: places are those of the result's words.
  const std::string review = "It's a gorgeous, witty and seductively unpretentious film, and it's never dull.";
  const std::vector<Method> methods = {Lime{.samples = 400}, Lime{.flavour = Lime::Flavour::captum, .samples = 400},
                                       Rise{.samples = 400}, SmoothGrad{.samples = 10},
                                       SmoothGrad{.samples = 10, .reduce = Reduce::sum}};
  for (const Method& method : methods) {
    last.clear();
    const Explanation found = sentiment().explain(review, method, {}, watch);
    ASSERT_EQ(last.size(), found.words.size());
    std::size_t with_errors = 0;
    for (std::size_t i = 0; i < last.size(); ++i) {
      EXPECT_EQ(last[i].begin, found.words[i].begin);
      with_errors += found.words[i].standard_error.has_value();
    }
    EXPECT_GT(with_errors, last.size() / 2);
  }
  last.clear();
  sentiment().explain(text, Occlusion{}, {}, watch);
  EXPECT_TRUE(last.empty());  // draws no samples
}

/// The root of the mean square of each word's standard errors, divided by the spread of its scores, over seeds; the
/// mean over the words.
template <class Method>
double errors_over_spread(const std::string& text, Method method, const ExplainOptions& options = {}) {
  constexpr std::size_t seeds = 40;
  std::vector<double> sums, squares, variances;
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    method.seed = seed;
    const Explanation why = sentiment().explain(text, method, options);
    sums.resize(why.words.size(), 0.);
    squares.resize(why.words.size(), 0.);
    variances.resize(why.words.size(), 0.);
    for (std::size_t i = 0; i < why.words.size(); ++i) {
      sums[i] += why.words[i].score;
      squares[i] += why.words[i].score * why.words[i].score;
      variances[i] += std::pow(why.words[i].standard_error.value_or(0), 2) / seeds;
    }
  }
  double ratio = 0, words = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double spread = std::sqrt(std::max(0., squares[i] - sums[i] * sums[i] / seeds) / (seeds - 1));
    if (spread == 0) continue;  // punctuation, which the lime package never removes
    ratio += std::sqrt(variances[i]) / spread;
    ++words;
  }
  EXPECT_GE(words, 8);
  return ratio / words;
}

// The spread of 40 draws is known to 1 ÷ √78 = 11 % for a word, and the mean over words better.
TEST(Perturbation, StandardErrorsAreTheSpreadOverSeeds) {
  const std::string text = "It's a film I've never seen; it isn't dull.";
  EXPECT_NEAR(errors_over_spread(text, Lime{.samples = 100}), 1, 0.15);
  EXPECT_NEAR(errors_over_spread(text, Rise{.samples = 50}), 1, 0.15);
  EXPECT_NEAR(errors_over_spread(text, Rise{.samples = 50}, {.word_score = WordScore::sum}), 1, 0.15);
  EXPECT_NEAR(errors_over_spread(text, SmoothGrad{.samples = 8}), 1, 0.15);
  EXPECT_NEAR(errors_over_spread(text, SmoothGrad{.samples = 8, .multiply_input = true, .reduce = Reduce::sum}), 1,
              0.15);
}

TEST(Perturbation, StandardErrorsAreNormalisedWithTheScores) {
  const std::string text = "one two, three four five six seven eight nine ten eleven twelve thirteen";
  const Explanation plain = sentiment().explain(text, KernelShap{.samples = 200});
  const Explanation divided = sentiment().explain(text, KernelShap{.samples = 200, .normalize = Normalize::l1});
  double sum = 0;
  for (const Token& token : plain.tokens) sum += std::abs(token.score);
  ASSERT_EQ(plain.words.size(), divided.words.size());
  for (std::size_t i = 0; i < plain.words.size(); ++i)
    EXPECT_NEAR(*divided.words[i].standard_error, *plain.words[i].standard_error / sum, 1e-9);
}

TEST(Perturbation, ProgressReachesItsTotal) {
  std::vector<std::size_t> seen;
  Watch watch;
  watch.progress = [&](std::size_t done, std::size_t total) {
    EXPECT_LE(done, total);
    seen.push_back(done);
  };
  sentiment().explain("a very good film indeed", Sobol{.samples = 8}, {}, watch);
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  watch.cancelled = [] { return true; };
  EXPECT_THROW(sentiment().explain("a very good film indeed", Lime{}, {}, watch), Cancelled);
}

// ---- LIME's words -----------------------------------------------------------------------------------

TEST(LimeWords, AreSeparatePerSequence) {
  const Model model = Model::load(golden / "bert-pair");
  const Explanation why = model.explain("a man eats", "a man sleeps", Lime{.samples = 300});
  ASSERT_EQ(why.words.size(), 6u);
  EXPECT_NE(why.words[0].score, why.words[3].score);
}

TEST(LimeWords, TextWithoutWords) {
  const Explanation why = sentiment().explain("?! ...", Lime{.samples = 10});
  for (const double score : word_scores(why)) EXPECT_EQ(score, 0);
  EXPECT_EQ(why.warnings.size(), 1u);
}

}  // namespace
}  // namespace limn::perturbation_model_test
