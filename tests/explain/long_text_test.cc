// Explanations of texts to classify that are read in several windows. Expectations: tools/make_long_text_cases.py, one
// backward pass of PyTorch through all windows; predictions of texts without a word; the axioms of the methods.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "explain/golden_folder.h"
#include "limn/error.h"
#include "options/names.h"
#include "render/explanation_reader.h"

namespace limn::long_text_test {
namespace {

using golden::Json;
using testing::HasSubstr;

/// Texts with what PyTorch says.
std::vector<Json> label_cases() {
  std::ifstream file(LIMN_SOURCE_DIR "/tests/task/data/long_texts.json");
  return Json::parse(file)["labels"].get<std::vector<Json>>();
}

Model model_of(const std::string& name) {
  return Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden" / name);
}

Input input_of(const Json& test) { return {.text = test["text"], .pair = {}}; }

ExplainOptions options_of(const Json& test) {
  return {.reading = {.max_length = test["max_length"], .stride = test["stride"]}};
}

bool near_windows(const std::vector<std::string>& warnings) {
  return std::ranges::any_of(
      warnings,
      [](const std::string& warning) {
        return warning.find("windows were read, all are explained together") != warning.npos;
      });
}

// F of the text, whose gradient goes through the mean of the logits of all windows.
TEST(LongText, GradientXInputIsThatOfTheWholeText) {
  std::size_t compared = 0;
  for (const Json& test : label_cases()) {
    const Model model = model_of(test["model"]);
    for (const auto& [name, expected] : test["explained"].items()) {
      SCOPED_TRACE(test["model"].get<std::string>() + " " + test["max_length"].dump() + " " + name);
      const Scalar explain = *find_value<Scalar>(name);
      const Explanation why = model.explain(input_of(test), GradientXInput{.explain = explain}, options_of(test));
      const double value = expected["value"];
      EXPECT_NEAR(why.value, value, 1e-5 * std::max(1., std::abs(value)));
      EXPECT_EQ(why.target.index, test["target"].get<std::size_t>());
      const auto scores = expected["text"].get<std::vector<double>>();
      std::vector<double> found;
      double special = 0;
      for (const Token& token : why.tokens)
        if (token.special)
          special += token.score;
        else
          found.push_back(token.score);
      const double largest = golden::largest(scores);
      EXPECT_LT(golden::distance(found, scores), 1e-4 * largest);
      EXPECT_NEAR(special, expected["special"].get<double>(), 1e-4 * std::max(largest, std::abs(special)));
      EXPECT_TRUE(near_windows(why.warnings));

      ASSERT_TRUE(why.document);
      const DocumentHeat& document = *why.document;
      EXPECT_EQ(document.windows, test["windows"].get<std::size_t>());
      ASSERT_EQ(document.explained.size(), document.windows);
      EXPECT_NEAR(document.weight, 1, 1e-12);
      for (std::size_t w = 0; w < document.windows; ++w) {
        EXPECT_EQ(document.explained[w].window, w);
        EXPECT_NEAR(document.explained[w].weight, test["shares"][w].get<double>(), 1e-12);
        if (explain == Scalar::logit) {
          const double logit = test["window_logits"][w][*why.target.index];
          EXPECT_NEAR(document.explained[w].value, logit, 1e-5 * std::max(1., std::abs(logit)));
        }
      }
      ++compared;
    }
  }
  EXPECT_EQ(compared, 21U);
}

/// Words of one token each, of which none is in two windows.
struct Words {
  std::vector<std::string> words;
  ExplainOptions options = {.reading = {.max_length = 18, .stride = 0}};

  std::string text() const {
    std::string all;
    for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
    return all;
  }
};

Words words_of(const Model& model, std::size_t count) {
  std::vector<std::string> known;
  for (const char* word : {"the", "of", "and", "in", "to", "was", "is", "for", "on", "as", "by", "with", "he", "at"})
    if (model.tokenize({.text = word, .pair = {}}).tokens.size() == 3) known.emplace_back(word);
  Words result;
  for (std::size_t i = 0; i < count; ++i) result.words.push_back(known.at((7 * i + i * i) % known.size()));
  return result;
}

double value_of(const Prediction& prediction, const Explanation& why, Scalar explain) {
  const double probability = std::get<LabelPrediction>(prediction).probabilities[*why.target.index].second;
  return explain == Scalar::probability ? probability : std::log(probability);
}

// Where F is not linear in the logits, too, a score is what the word changes in F of the whole text.
TEST(LongText, OcclusionIsTheFallOfTheWhole) {
  for (const char* name : {"bert-cls", "bert-multilabel"}) {
    const Model model = model_of(name);
    const Words words = words_of(model, 40);
    for (const Scalar explain : {Scalar::probability, Scalar::log_probability}) {
      SCOPED_TRACE(name);
      const Input whole = {.text = words.text(), .pair = {}};
      const Explanation why = model.explain(whole, Occlusion{.explain = explain}, words.options);
      ASSERT_TRUE(why.document);
      ASSERT_EQ(why.document->windows, 3U);
      ASSERT_EQ(why.words.size(), words.words.size());
      EXPECT_NEAR(why.value, value_of(model.predict(whole, words.options.reading), why, explain), 1e-6);
      double largest = 0;
      for (const Word& word : why.words) largest = std::max(largest, std::abs(word.score));
      for (std::size_t i = 0; i < words.words.size(); ++i) {
        Words masked = words;
        masked.words[i] = "[MASK]";
        const Input without = {.text = masked.text(), .pair = {}};
        ASSERT_EQ(model.tokenize(without).tokens.size(), words.words.size() + 2);
        const double left = value_of(model.predict(without, words.options.reading), why, explain);
        EXPECT_NEAR(why.words[i].score, why.value - left, 1e-3 * largest + 1e-6) << i;
      }
    }
  }
}

// With a logit, F is the sum of the windows' logits, each explained alone.
TEST(LongText, TheLogitIsTheWeightedSumOfTheWindows) {
  const Model model = model_of("bert-cls");
  const Words words = words_of(model, 40);
  for (const Method& method :
       {Method(Occlusion{.explain = Scalar::logit}), Method(IntegratedGradients{}),
        Method(ShapleySampling{.explain = Scalar::logit}),
        Method(Gradient{.reduce = Reduce::l2, .normalize = Normalize::none}), Method(Attention{})}) {
    ExplainOptions options = words.options;
    options.target = "2";
    const Explanation why = model.explain({.text = words.text(), .pair = {}}, method, options);
    ASSERT_EQ(why.document.value().windows, 3U);
    std::vector<double> expected, found;
    for (std::size_t w = 0; w < 3; ++w) {
      Words part = words;
      part.words = {words.words.begin() + static_cast<std::ptrdiff_t>(16 * w),
                    words.words.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(16 * (w + 1), 40))};
      const Explanation alone = model.explain({.text = part.text(), .pair = {}}, method, options);
      EXPECT_FALSE(alone.document);
      EXPECT_NEAR(why.document->explained[w].value, alone.value, 1e-5);
      for (const Word& word : alone.words) expected.push_back(word.score * static_cast<double>(part.words.size()) / 40);
    }
    for (const Word& word : why.words) found.push_back(word.score);
    EXPECT_LT(golden::distance(found, expected), 1e-4 * golden::largest(expected)) << why.method.name;
  }
}

// The scores add up to F(x) − F(baseline).
TEST(LongText, IntegratedGradientsAreComplete) {
  for (const Json& test : label_cases())
    for (const Scalar explain : {Scalar::logit, Scalar::probability}) {
      SCOPED_TRACE(test["model"].get<std::string>());
      const Explanation why =
          model_of(test["model"]).explain(input_of(test), IntegratedGradients{.explain = explain}, options_of(test));
      double sum = 0;
      for (const Token& token : why.tokens) sum += token.score;
      ASSERT_TRUE(why.baseline_value && why.completeness_error);
      EXPECT_NEAR(sum, why.value - *why.baseline_value, *why.completeness_error + 1e-6);
      EXPECT_LT(*why.completeness_error, 0.05 * std::max(std::abs(why.value), 1.));
      double value = 0;
      for (const ExplainedWindow& window : why.document.value().explained) value += window.weight * window.value;
      if (explain == Scalar::logit) EXPECT_NEAR(why.value, value, 1e-6);
    }
}

TEST(LongText, TargetContrastAndLogits) {
  const Json test = label_cases().front();
  const Model model = model_of(test["model"]);
  ExplainOptions options = options_of(test);
  options.target = "LABEL_0";
  options.contrast = "LABEL_2";
  options.raw = true;
  const Explanation why = model.explain(input_of(test), GradientXInput{}, options);
  const auto logits = test["logits"].get<std::vector<double>>();
  EXPECT_NEAR(why.value, logits[0] - logits[2], 1e-5);
  EXPECT_LT(golden::distance(why.logits.at("logits"), logits), 1e-5);
  EXPECT_EQ(why.target.label, "LABEL_0");
  EXPECT_EQ(why.target.contrast, "LABEL_2");
  // F is a difference, and so is each score.
  ExplainOptions one = options_of(test), other = one;
  one.target = "0";
  other.target = "2";
  const auto first = golden::scores(model.explain(input_of(test), GradientXInput{}, one));
  const auto second = golden::scores(model.explain(input_of(test), GradientXInput{}, other));
  const auto scores = golden::scores(why);
  ASSERT_EQ(scores.size(), first.size());
  for (std::size_t i = 0; i < scores.size(); ++i)
    EXPECT_NEAR(scores[i], first[i] - second[i], 1e-4 * golden::largest(scores));
}

TEST(LongText, TheBeginningIsExplainedAsTheFirstWindow) {
  for (const Json& test : label_cases()) {
    SCOPED_TRACE(test["model"].get<std::string>());
    const Model model = model_of(test["model"]);
    ExplainOptions options = options_of(test);
    options.reading.long_text = LongText::beginning;
    options.target = "0";
    const Explanation why = model.explain(input_of(test), GradientXInput{}, options);
    EXPECT_FALSE(why.document);
    EXPECT_EQ(why.tokens.size(), test["max_length"].get<std::size_t>());
    EXPECT_NEAR(why.value, test["window_logits"][0][0].get<double>(), 1e-5 * std::max(1., std::abs(why.value)));
    ASSERT_EQ(why.warnings.size(), 1U);
    EXPECT_THAT(why.warnings[0], HasSubstr("were not read"));
  }
}

// Both ways to ask give the same; a text of one window has the scores that it had.
TEST(LongText, DocumentOfOneWindowIsThatOfTheWindow) {
  const Model model = model_of("bert-cls");
  for (const Method& method :
       {Method(Gradient{}), Method(GradientXInput{.normalize = Normalize::l2}), Method(Occlusion{}), Method(Lime{}),
        Method(IntegratedGradients{.explain = Scalar::probability})}) {
    for (const std::optional<std::string>& pair :
         {std::optional<std::string>(), std::optional<std::string>("of and")}) {
      const Input input = {.text = "the of and in", .pair = pair};
      ExplainOptions options;
      const Explanation window = model.explain(input, method, options);
      options.document = true;
      const Explanation document = model.explain(input, method, options);
      EXPECT_EQ(golden::scores(document), golden::scores(window));
      EXPECT_EQ(document.value, window.value);
      EXPECT_EQ(document.baseline_value, window.baseline_value);
      EXPECT_EQ(document.passes, window.passes);
      EXPECT_EQ(document.warnings, window.warnings);
      EXPECT_EQ(document.document.value().windows, 1U);
      EXPECT_FALSE(window.document);
    }
  }
  const Json test = label_cases().front();
  ExplainOptions options = options_of(test);
  const Explanation why = model.explain(input_of(test), Gradient{}, options);
  options.document = true;
  const Explanation asked = model.explain(input_of(test), Gradient{}, options);
  EXPECT_EQ(golden::scores(asked), golden::scores(why));
  EXPECT_EQ(asked.warnings, why.warnings);
}

TEST(LongText, EachOfManyTextsIsExplainedAsAlone) {
  const Json test = label_cases().front();
  const Model model = model_of(test["model"]);
  const std::vector<Input> inputs = {
      {.text = "the of", .pair = {}}, input_of(test), {.text = " ", .pair = {}}, input_of(test)};
  for (const Method& method : {Method(Gradient{}), Method(Occlusion{})}) {
    const auto results = model.explain(inputs, method, options_of(test));
    ASSERT_EQ(results.size(), 4U);
    EXPECT_FALSE(results[2]);
    for (const std::size_t i : {0u, 1u, 3u}) {
      ASSERT_TRUE(results[i]) << i;
      const Explanation alone = model.explain(inputs[i], method, options_of(test));
      EXPECT_EQ(golden::scores(*results[i]), golden::scores(alone));
      EXPECT_EQ(results[i]->document.has_value(), i != 0);
    }
  }
}

TEST(LongText, SurvivesJson) {
  const Json test = label_cases().front();
  const Explanation why = model_of(test["model"]).explain(input_of(test), Gradient{}, options_of(test));
  std::istringstream stream(to_json(why));
  std::vector<Explanation> read;
  read_explanations(stream, "test", [&](Explanation again, const SavedRow&) { read.push_back(std::move(again)); });
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].document.value().explained.size(), why.document.value().explained.size());
  EXPECT_EQ(to_json(read[0]), to_json(why));
}

TEST(LongText, FaithfulnessIsOfTheBeginning) {
  const Json test = label_cases().front();
  const Model model = model_of(test["model"]);
  ExplainOptions options = options_of(test);
  options.faithfulness = true;
  const auto refused = model.explain(std::vector{input_of(test)}, Gradient{}, options);
  ASSERT_FALSE(refused.front());
  EXPECT_THAT(refused.front().error().what(), HasSubstr("a text of 7 windows"));
  EXPECT_THAT(refused.front().error().what(), HasSubstr("long_text = beginning"));
  options.reading.long_text = LongText::beginning;
  const Explanation why = model.explain(input_of(test), Gradient{}, options);
  EXPECT_TRUE(why.faithfulness);

  FaithfulnessOptions measuring;
  measuring.explaining = options_of(test);
  const auto measured = model.faithfulness({input_of(test)}, {{"gradient", Gradient{}}}, measuring).front().value();
  EXPECT_EQ(measured.units.size(), why.words.size());
  EXPECT_EQ(measured.methods.front().scores.size(), why.words.size());
}

TEST(LongText, AttacksAndAttentionAreOfTheBeginning) {
  const Json test = label_cases().front();
  const Model model = model_of(test["model"]);
  AttackOptions attacking;
  attacking.reading = options_of(test).reading;
  attacking.max_steps = 2;
  for (const Attack& attack :
       {model.hotflip(input_of(test), attacking), model.reduce_input(input_of(test), attacking)}) {
    EXPECT_EQ(attack.tokens.size(), 24U);
    EXPECT_THAT(attack.warnings, testing::Contains(HasSubstr("were not read")));
  }
  const AttentionMaps maps = model.attention(input_of(test), attacking.reading);
  EXPECT_EQ(maps.tokens.size(), 24U);
  EXPECT_THAT(maps.warnings, testing::Contains(HasSubstr("were not read")));
  const auto& shown = std::get<LabelPrediction>(maps.prediction);
  PredictOptions beginning = attacking.reading;
  beginning.long_text = LongText::beginning;
  const auto expected = std::get<LabelPrediction>(model.predict(input_of(test), beginning));
  EXPECT_EQ(shown.probabilities, expected.probabilities);
}

TEST(LongText, TheAutomaticMethodExplainsAllWindows) {
  const Json test = label_cases().front();
  ChosenMethod automatic = ShapleySampling{};
  automatic.automatic = true;
  const Explanation why = model_of(test["model"]).explain(input_of(test), automatic, options_of(test));
  EXPECT_EQ(why.method.name, "kernel-shap");  // a window has more words than coalitions can be evaluated of
  EXPECT_EQ(why.document.value().windows, 7U);
}

}  // namespace
}  // namespace limn::long_text_test
