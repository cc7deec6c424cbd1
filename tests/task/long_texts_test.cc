// Texts that are read in several windows. Expectations: tools/make_long_text_cases.py, transformers and PyTorch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "limn/limn.h"
#include "task/encodings.h"
#include "task/token_classification.h"

namespace limn {
namespace {

nlohmann::json cases(const char* kind) {
  std::ifstream file(LIMN_SOURCE_DIR "/tests/task/data/long_texts.json");
  return nlohmann::json::parse(file)[kind];
}

Model model_of(const nlohmann::json& test) {
  return Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden" / test["model"].get<std::string>());
}

PredictOptions reading_of(const nlohmann::json& test) {
  return {.max_length = test["max_length"], .stride = test["stride"]};
}

TEST(LongTexts, TagsEqualTransformers) {
  const auto tests = cases("tags");
  ASSERT_EQ(tests.size(), 9U);
  for (const auto& test : tests) {
    SCOPED_TRACE(test["model"].get<std::string>() + " " + test["max_length"].dump());
    const auto prediction = model_of(test).predict(Input{.text = test["text"], .pair = {}}, reading_of(test));
    const auto& tokens = std::get<EntityPrediction>(prediction).tokens;
    ASSERT_EQ(tokens.size(), test["tokens"].size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      EXPECT_EQ(tokens[i].token, test["tokens"][i]["token"]);
      EXPECT_EQ(tokens[i].label, test["tokens"][i]["label"]) << i;
      EXPECT_NEAR(tokens[i].probability, test["tokens"][i]["probability"].get<double>(), 1e-5) << i;
    }
  }
}

TEST(LongTexts, LogitsOfATextAreTheMeanOfItsWindows) {
  const auto tests = cases("labels");
  ASSERT_EQ(tests.size(), 7U);
  for (const auto& test : tests) {
    SCOPED_TRACE(test["model"].get<std::string>() + " " + test["max_length"].dump());
    const Model model = model_of(test);
    const Input input = {.text = test["text"], .pair = {}};
    const auto found = std::get<LabelPrediction>(model.predict(input, reading_of(test)));
    EXPECT_EQ(found.index, test["target"].get<std::size_t>());
    ASSERT_EQ(found.probabilities.size(), test["probabilities"].size());
    for (std::size_t i = 0; i < found.probabilities.size(); ++i)
      EXPECT_NEAR(found.probabilities[i].second, test["probabilities"][i].get<double>(), 1e-5) << i;
    EXPECT_THAT(model.warnings(input, reading_of(test)),
                testing::ElementsAre("the text is longer than the model reads at once: " + test["windows"].dump() +
                                     " windows "
                                     "were read"));
  }
}

// What transformers' truncation gives.
TEST(LongTexts, TheBeginningIsTheFirstWindow) {
  for (const auto& test : cases("labels")) {
    SCOPED_TRACE(test["model"].get<std::string>() + " " + test["max_length"].dump());
    const Model model = model_of(test);
    const Input input = {.text = test["text"], .pair = {}};
    PredictOptions reading = reading_of(test);
    reading.long_text = LongText::beginning;
    const auto logits = test["window_logits"][0].get<std::vector<double>>();
    const bool is_softmax = model.info().outputs == OutputMeaning::classes && logits.size() > 1;
    double total = 0;
    for (const double logit : logits) total += std::exp(logit);
    const auto found = std::get<LabelPrediction>(model.predict(input, reading));
    ASSERT_EQ(found.probabilities.size(), logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i)
      EXPECT_NEAR(found.probabilities[i].second,
                  is_softmax ? std::exp(logits[i]) / total : 1 / (1 + std::exp(-logits[i])), 1e-5);
    const auto warnings = model.warnings(input, reading);
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_THAT(warnings[0], testing::HasSubstr("were not read"));
  }
}

// A pair has two ends at which it could be cut: it is read once.
TEST(LongTexts, PairsAreCut) {
  const Model model = Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden/bert-pair");
  const Input pair = {.text = cases("labels")[0]["text"], .pair = "Who moved?"};
  EXPECT_THAT(model.warnings(pair, {.max_length = 24}), testing::ElementsAre(testing::HasSubstr("were not read")));
}

/// A model of numbers: of bert-single with its logits as they are.
TEST(LongTexts, ValuesOfATextAreTheMeanOfItsWindows) {
  namespace fs = std::filesystem;
  const auto tests = cases("labels");
  const auto test = std::ranges::find(tests, "bert-single", [](const auto& one) { return one["model"]; });
  ASSERT_NE(test, tests.end());
  const fs::path folder = fs::path(testing::TempDir()) / ("limn-values-" + std::to_string(::getpid()));
  fs::copy(fs::path(LIMN_SOURCE_DIR) / "tests/golden/bert-single", folder, fs::copy_options::recursive);
  std::ifstream file(folder / "config.json");
  nlohmann::json config = nlohmann::json::parse(file);
  config["problem_type"] = "regression";
  std::ofstream(folder / "config.json") << config.dump();
  const Model model = Model::load(folder);
  fs::remove_all(folder);
  const auto found =
      std::get<LabelPrediction>(model.predict(Input{.text = (*test)["text"], .pair = {}}, reading_of(*test)));
  ASSERT_EQ(found.values.size(), 1U);
  EXPECT_NEAR(found.values[0].second, (*test)["logits"][0].get<double>(), 1e-5);
}

TEST(LongTexts, ProbabilitiesOfAnswersHaveOneDenominator) {
  const auto tests = cases("answers");
  ASSERT_EQ(tests.size(), 2U);
  for (const auto& test : tests) {
    SCOPED_TRACE(test["model"].get<std::string>());
    PredictOptions options = reading_of(test);
    options.top = 5;
    const auto prediction = std::get<AnswerPrediction>(
        model_of(test).predict(Input{.text = test["question"], .pair = test["context"].get<std::string>()}, options));
    ASSERT_EQ(prediction.answers.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_NEAR(prediction.answers[i].score, test["answers"][i]["score"].get<double>(), 1e-4);
      EXPECT_NEAR(prediction.answers[i].probability, test["answers"][i]["probability"].get<double>(), 1e-6);
      if (i > 0) EXPECT_LE(prediction.answers[i].probability, prediction.answers[i - 1].probability);
    }
    EXPECT_NEAR(prediction.null_probability, test["null_probability"].get<double>(), 1e-6);
  }
}

/// A window of the text "a b c …": [CLS], `count` words, [SEP].
Encoding window(std::size_t begin, std::size_t count) {
  Encoding encoding;
  add_special(encoding);
  for (std::size_t i = begin; i < begin + count; ++i) add_token(encoding, {2 * i, 2 * i + 1}, static_cast<int>(i), 0);
  add_special(encoding);
  encoding.window_begin = begin;
  return encoding;
}

TEST(LongTexts, WindowsDivideWhatTheyShareInTheMiddle) {
  // Words 0 to 5, 3 to 8 and 6 to 9. Of three shared words the first two belong to the first window.
  const std::vector<Encoding> windows = {window(0, 6), window(3, 6), window(6, 4)};
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (const auto& [w, token] : token_places(windows)) places.emplace_back(w, token);
  const std::vector<std::pair<std::size_t, std::size_t>> expected = {{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5},
                                                                     {1, 3}, {1, 4}, {1, 5}, {2, 3}, {2, 4}, {2, 5}};
  EXPECT_EQ(places, expected);
}

TEST(LongTexts, OneWindowIsAsItIs) {
  const Encoding only = window(0, 3);
  ASSERT_EQ(token_places({&only, 1}).size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(token_places({&only, 1})[i].token, i);
}

TEST(LongTexts, EveryWordOfALongSentenceHasALabel) {
  const auto test = cases("tags")[0];
  std::istringstream stream(test["text"].get<std::string>());
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  const auto labels = model_of(test).predict_words({words}, reading_of(test)).front().value();
  ASSERT_EQ(labels.size(), words.size());
  ASSERT_GT(labels.size(), 60U);
  for (std::size_t i = 0; i < labels.size(); ++i) EXPECT_EQ(labels[i].token, i);
}

/// An explanation of a window is that of its characters alone.
TEST(LongTexts, ExplainsEachEntityInTheWindowThatFoundIt) {
  const auto test = cases("tags")[0];
  const Model model = model_of(test);
  const std::string text = test["text"];
  const ExplainOptions options = {.reading = reading_of(test)};
  const auto explanations = model.explain_all(Input{.text = text, .pair = {}}, GradientXInput{}, options);
  ASSERT_GE(explanations.size(), 3U);
  std::size_t in_later_windows = 0;
  for (const Explanation& why : explanations) {
    in_later_windows += why.window_begin > 0 ? 1 : 0;
    const std::size_t begin = why.tokens[1].begin, end = why.tokens[why.tokens.size() - 2].end;
    const std::size_t start = why.target.start_token.value();
    ASSERT_LT(start, why.tokens.size());
    EXPECT_FALSE(why.tokens[start].special);
    const std::string part = text.substr(begin, end - begin);
    const Explanation alone = model.explain(
        part, GradientXInput{}, {.target = std::to_string(start) + ":" + std::to_string(why.target.index.value())});
    ASSERT_EQ(alone.tokens.size(), why.tokens.size()) << part;
    EXPECT_NEAR(alone.value, why.value, 1e-4 * std::abs(why.value));
    double largest = 0;
    for (const Token& token : alone.tokens) largest = std::max(largest, std::abs(token.score));
    for (std::size_t i = 0; i < alone.tokens.size(); ++i)
      EXPECT_NEAR(alone.tokens[i].score, why.tokens[i].score, 1e-4 * largest) << i;
    EXPECT_THAT(why.warnings, testing::Contains(testing::HasSubstr("windows were read")));
    const auto& entities = std::get<EntityPrediction>(why.prediction).entities;
    const auto contains = [&](const Entity& entity) {
      return entity.first_token <= why.window_begin + start && why.window_begin + start <= entity.last_token &&
             entity.text == why.target.text;
    };
    EXPECT_TRUE(std::ranges::any_of(entities, contains));
    EXPECT_NE(to_terminal(why).find(why.target.text.substr(0, 4)), std::string::npos);
  }
  EXPECT_GT(in_later_windows, 0U);
}

// Each explanation holds the text and its entities: together they grow with its square.
TEST(LongTexts, MoreExplanationsThanFitIntoMemoryAreRefused) {
  const Model model = Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "models/minilm-l6-ner");
  std::string text;
  for (int i = 0; i < 1'700; ++i) text += "Anna left Rome. ";
  const Input input = {.text = text, .pair = {}};
  const auto refused = model.explain_all(std::vector{input}, Gradient{});
  ASSERT_FALSE(refused.front());
  EXPECT_THAT(refused.front().error().what(), testing::HasSubstr("entities, whose explanations take"));
  EXPECT_GT(model.explain(input, Gradient{}).tokens.size(), 2U);  // one of them
}

}  // namespace
}  // namespace limn
