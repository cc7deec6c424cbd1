// One explanation of all windows of a long text. Expectations: each window's characters explained alone, by the
// definition of F, and the axioms of the methods.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "explain/golden_folder.h"
#include "limn/error.h"
#include "render/explanation_reader.h"

namespace limn {
namespace {

using testing::HasSubstr;

Model golden_model(const std::string& name) {
  return Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden" / name);
}

/// Random words of one token each, so that a window's characters have its tokens when they are read alone.
std::string text_of_words(const Model& model, std::size_t count) {
  std::vector<std::string> known;
  for (const char* word :
       {"the", "of",   "and",  "in",  "to", "was", "is",   "for", "on",    "as",   "by",   "with", "he",
        "at",  "from", "that", "his", "it", "an",  "were", "are", "which", "this", "also", "be",   "had"})
    if (model.tokenize({.text = word, .pair = {}}).tokens.size() == 3) known.emplace_back(word);
  EXPECT_GE(known.size(), 5U);
  std::mt19937 random(3);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? " " : "") + known[random() % known.size()];
  return text;
}

/// The tokens of an answer, as the option `target` names them.
std::string tokens_of_answer(const Answer& answer) {
  return std::to_string(answer.start_token) + ":" + std::to_string(answer.end_token);
}

TEST(ExplainDocument, OfOneWindowIsThatOfTheWindow) {
  const Model model = golden_model("bert-qa");
  const Input input = {.text = "Who was it?", .pair = text_of_words(model, 20)};
  for (const Method& method : {Method(Gradient{}), Method(GradientXInput{.normalize = Normalize::l2}),
                               Method(Occlusion{}), Method(IntegratedGradients{})}) {
    for (const double threshold : {0., 1e6, -1e6}) {  // the answer, or no answer
      ExplainOptions options;
      options.reading.null_threshold = threshold;
      const Explanation window = model.explain(input, method, options);
      options.document = true;
      const Explanation document = model.explain(input, method, options);
      EXPECT_EQ(golden::scores(document), golden::scores(window));
      ASSERT_EQ(document.words.size(), window.words.size());
      for (std::size_t i = 0; i < window.words.size(); ++i) EXPECT_EQ(document.words[i].score, window.words[i].score);
      EXPECT_EQ(document.value, window.value);
      EXPECT_EQ(document.baseline_value, window.baseline_value);
      EXPECT_EQ(document.target.text, window.target.text);
      EXPECT_EQ(document.method.normalize, window.method.normalize);
      EXPECT_EQ(document.warnings, window.warnings);
      ASSERT_TRUE(document.document);
      EXPECT_EQ(document.document->windows, 1U);
      EXPECT_EQ(document.document->weight, 1);
      EXPECT_FALSE(window.document);
    }
  }
}

TEST(ExplainDocument, IsTheWeightedSumOfTheWindows) {
  const Model model = golden_model("bert-qa");
  const Input input = {.text = "the of and", .pair = text_of_words(model, 70)};
  ExplainOptions options;
  options.reading = {.null_allowed = false, .max_length = 30, .stride = 8};
  options.document = true;
  const Explanation why = model.explain(input, GradientXInput{}, options);
  ASSERT_TRUE(why.document);
  ASSERT_GE(why.document->windows, 4U);
  EXPECT_NEAR(why.document->weight, 1, 0.0011);
  ASSERT_GE(why.document->explained.size(), 2U) << "or there is nothing to combine";

  // Each window alone: its best answer, whose score gives the weight, and the explanation of that answer.
  std::map<std::size_t, double> expected;  // by the first byte of the token
  double total = 0, value = 0, largest = 0;
  std::vector<double> weights;
  for (const ExplainedWindow& window : why.document->explained) {
    const Input alone = {.text = input.text, .pair = input.pair->substr(window.begin, window.end - window.begin)};
    PredictOptions reading;
    reading.null_allowed = false;
    const Answer best = std::get<AnswerPrediction>(model.predict(alone, reading)).best;
    EXPECT_EQ(best.text, window.text);
    ExplainOptions of_answer;
    of_answer.reading = reading;
    of_answer.target = tokens_of_answer(best);
    const Explanation part = model.explain(alone, GradientXInput{}, of_answer);
    EXPECT_NEAR(part.value, window.value, 1e-4 * std::abs(part.value));
    weights.push_back(std::exp(best.score));
    total += weights.back();
    value += weights.back() * part.value;
    for (const Token& token : part.tokens)
      if (token.sequence == 1) expected[window.begin + token.begin] += weights.back() * token.score;
  }
  const double explained = why.document->weight;
  for (std::size_t i = 0; i < weights.size(); ++i)
    EXPECT_NEAR(why.document->explained[i].weight, weights[i] / total * explained, 1e-4);
  EXPECT_NEAR(why.value, value / total * explained, 1e-3 * std::abs(value / total));
  for (const auto& [begin, score] : expected) largest = std::max(largest, std::abs(score / total));
  std::size_t compared = 0;
  for (const Token& token : why.tokens) {
    if (token.sequence != 1) continue;
    ASSERT_TRUE(expected.contains(token.begin));
    EXPECT_NEAR(token.score, expected[token.begin] / total * explained, 1e-3 * largest) << token.begin;
    ++compared;
  }
  EXPECT_EQ(compared, expected.size());
  EXPECT_THAT(why.warnings, testing::Contains(HasSubstr("are explained together")));
}

TEST(ExplainDocument, IsComplete) {
  const Model model = golden_model("electra-qa");
  const Input input = {.text = "the of and", .pair = text_of_words(model, 70)};
  ExplainOptions options;
  options.reading = {.max_length = 30, .stride = 8};
  options.document = true;
  const Explanation why = model.explain(input, IntegratedGradients{}, options);
  double sum = 0;
  for (const Token& token : why.tokens) sum += token.score;
  ASSERT_TRUE(why.baseline_value && why.completeness_error);
  EXPECT_GE(why.document->explained.size(), 2U);
  EXPECT_NEAR(sum, why.value - *why.baseline_value, *why.completeness_error + 1e-6);
}

TEST(ExplainDocument, OfTagsIsTheSumOfTheEntities) {
  const Model model = golden_model("distilbert-token");
  const std::string text = text_of_words(model, 60);
  ExplainOptions options;
  options.reading = {.max_length = 26, .stride = 6};
  const Input input = {.text = text, .pair = {}};
  const auto entities = model.explain_all(input, GradientXInput{}, options);
  ASSERT_GE(entities.size(), 2U);
  options.document = true;
  const auto all = model.explain_all(input, GradientXInput{}, options);
  ASSERT_EQ(all.size(), 1U);
  const Explanation& why = all.front();
  EXPECT_GE(why.document->windows, 3U);
  std::map<std::size_t, double> expected;
  double value = 0, largest = 0;
  for (const Explanation& entity : entities) {
    value += entity.value;
    for (const Token& token : entity.tokens)
      if (!token.special) expected[token.begin] += token.score;
  }
  for (const auto& [begin, score] : expected) largest = std::max(largest, std::abs(score));
  EXPECT_NEAR(why.value, value, 1e-4 * std::abs(value));
  std::size_t words = 0;
  for (const Token& token : why.tokens) {
    if (token.special) continue;
    ++words;
    EXPECT_NEAR(token.score, expected[token.begin], 1e-4 * largest) << token.begin;
  }
  EXPECT_EQ(words, 60U) << "every token of the text, once";
  EXPECT_EQ(why.tokens.size(), 62U);
}

TEST(ExplainDocument, SurvivesJson) {
  const Model model = golden_model("bert-qa");
  ExplainOptions options;
  options.reading = {.null_allowed = false, .max_length = 30, .stride = 8};
  options.document = true;
  const Explanation why =
      model.explain(Input{.text = "the of and", .pair = text_of_words(model, 70)}, Gradient{}, options);
  std::istringstream stream(to_json(why));
  std::vector<Explanation> read;
  read_explanations(stream, "test", [&](Explanation again, const SavedRow&) { read.push_back(std::move(again)); });
  ASSERT_EQ(read.size(), 1U);
  ASSERT_TRUE(read[0].document);
  EXPECT_EQ(read[0].document->windows, why.document->windows);
  EXPECT_EQ(read[0].document->weight, why.document->weight);
  ASSERT_EQ(read[0].document->explained.size(), why.document->explained.size());
  EXPECT_EQ(read[0].document->explained[0].begin, why.document->explained[0].begin);
  EXPECT_EQ(read[0].document->explained[0].text, why.document->explained[0].text);
  EXPECT_EQ(to_json(read[0]), to_json(why));
}

std::string refusal(const Model& model, const Input& input, ExplainOptions options) {
  options.document = true;
  try {
    model.explain(input, Gradient{}, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(ExplainDocument, RefusesWhatItCannotCombine) {
  const Model model = golden_model("bert-qa");
  const Input input = {.text = "the of", .pair = "and in to"};
  EXPECT_THAT(refusal(model, input, {.target = "1:2"}), HasSubstr("a target"));
  EXPECT_THAT(refusal(model, input, {.answer = "and"}), HasSubstr("an answer"));
  EXPECT_THAT(refusal(model, input, {.raw = true}), HasSubstr("raw logits"));
  EXPECT_THAT(refusal(model, input, {.faithfulness = true}), HasSubstr("faithfulness"));
  const Model embedder = Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden-similarity/bert-weighted");
  EXPECT_THAT(refusal(embedder, {.text = "the of", .pair = "and"}, {}),
              HasSubstr("sequence classification or token classification"));
}

}  // namespace
}  // namespace limn
