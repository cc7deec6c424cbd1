#include "render/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fixtures.h"
#include "render/explanation_reader.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> keys(const Json& value) {
  std::vector<std::string> result;
  for (const auto& [key, unused] : value.items()) result.push_back(key);
  return result;
}

// The example of docs/interface.md, with texts in which bytes and code points differ.
Explanation example() {
  Explanation explanation;
  explanation.model = "minilm-l6-qa";
  explanation.task = Task::question_answering;
  explanation.text = "Où ?";                 // 5 bytes, 4 code points
  explanation.pair = "👍 À Skopje, \"là\".";  // À begins at byte 5, Skopje at byte 8
  AnswerPrediction prediction;
  prediction.best = {"Skopje", 8, 14, 7, 8, 0, 11.25, 0.83};
  prediction.answers = {prediction.best};
  prediction.null_probability = 0.02;
  prediction.confidence = 0.79;
  explanation.prediction = prediction;
  explanation.target.start_token = 7;
  explanation.target.end_token = 8;
  explanation.method.name = "gradient";
  explanation.method.preset = "seed-qa";
  explanation.method.reduce = "onehot-l2";
  explanation.method.normalize = "max";
  explanation.value = 11.25;
  explanation.passes = 1;
  explanation.seconds = 0.5;
  explanation.tokens = {{"[CLS]", 101, {}, 0, 0, {}, true, 0.25}, {"skopje", 7, 1, 8, 14, 2, false, 1}};
  explanation.words = {{0, 3, 0.5, 0}, {8, 14, 1, 1}};
  return explanation;
}

TEST(Json, HasTheDocumentedKeys) {
  EXPECT_EQ(
      to_json(example()),
      R"({"limn":1,"model":"minilm-l6-qa","task":"question-answering",)"
      R"("input":{"question":"Où ?","context":"👍 À Skopje, \"là\"."},)"
      R"("prediction":{"answer":"Skopje","begin":4,"end":10,"probability":0.83,"start_token":7,"end_token":8,)"
      R"("null_probability":0.02,"confidence":0.79},)"
      R"("target":{"explain":"logit","start_token":7,"end_token":8},)"
      R"("method":{"name":"gradient","preset":"seed-qa","baseline":null,"reduce":"onehot-l2","normalize":"max","seed":0},)"
      R"("value":11.25,"baseline_value":null,"completeness_error":null,"passes":1,"seconds":0.5,)"
      R"("tokens":[{"token":"[CLS]","id":101,"sequence":null,"begin":0,"end":0,"word":null,"special":true,"score":0.25},)"
      R"({"token":"skopje","id":7,"sequence":1,"begin":4,"end":10,"word":2,"special":false,"score":1.0}],)"
      R"("words":[{"text":"Où","sequence":0,"begin":0,"end":2,"score":0.5},)"
      R"({"text":"Skopje","sequence":1,"begin":4,"end":10,"score":1.0}]})");
}

TEST(Json, OnlyMethodsWithALayerHaveOne) {
  const auto layer_of = [](const std::string& json) {
    std::string layer = "nothing was read";
    std::istringstream stream(json);
    read_explanations(stream, "the test", [&](const Explanation& read, const SavedRow&) { layer = read.method.layer; });
    return layer;
  };
  Explanation explanation = example();
  for (Token& token : explanation.tokens) token.word.reset();  // the reader refuses words and tokens that do not exist
  explanation.target.start_token.reset();
  explanation.target.end_token.reset();
  explanation.method.layer = "2";
  EXPECT_EQ(Json::parse(to_json(explanation))["method"]["layer"], "2");
  EXPECT_EQ(layer_of(to_json(explanation)), "2");
  explanation.method.layer = "word";
  EXPECT_EQ(layer_of(to_json(explanation)), "word");
  explanation.method.name = "occlusion";
  explanation.method.layer = "";
  EXPECT_FALSE(Json::parse(to_json(explanation))["method"].contains("layer"));
  EXPECT_EQ(layer_of(to_json(explanation)), "");
}

TEST(Json, IndentsIfRequested) {
  EXPECT_EQ(to_json(example(), 2).substr(0, 14), "{\n  \"limn\": 1,");
  EXPECT_EQ(Json::parse(to_json(example(), 2)), Json::parse(to_json(example())));
}

TEST(Json, ScoresRoundTrip) {
  Explanation explanation = example();
  for (const double score : {0.1, 1.0 / 3, static_cast<double>(0.1f), 1e-38, 123456789.123456789, -0.7}) {
    explanation.words[0].score = score;
    const double read = Json::parse(to_json(explanation))["words"][0]["score"];
    EXPECT_EQ(read, score);
    EXPECT_EQ(static_cast<float>(read), static_cast<float>(score));
  }
}

TEST(Json, NonFiniteNumbersAreNull) {
  Explanation explanation = example();
  explanation.words[0].score = std::numeric_limits<double>::quiet_NaN();
  explanation.value = std::numeric_limits<double>::infinity();
  const Json value = Json::parse(to_json(explanation));
  EXPECT_TRUE(value["words"][0]["score"].is_null());
  EXPECT_TRUE(value["value"].is_null());
}

TEST(Json, AnswersWithoutConfidenceAndWithRunnersUp) {
  Explanation explanation = example();
  auto& prediction = std::get<AnswerPrediction>(explanation.prediction);
  prediction.confidence.reset();
  prediction.answers.push_back({"À", 5, 7, 6, 6, 0, 3, 0.1});
  const Json value = json_value(explanation)["prediction"];
  EXPECT_TRUE(value["confidence"].is_null());
  ASSERT_EQ(value["answers"].size(), 2u);
  EXPECT_EQ(value["answers"][1]["answer"], "À");
  EXPECT_EQ(value["answers"][1]["begin"], 2);
  EXPECT_EQ(value["answers"][1]["end"], 3);
}

TEST(Json, NoAnswer) {
  const Json value = json_value(fixtures::no_answer());
  EXPECT_EQ(value["prediction"]["answer"], "");
  EXPECT_EQ(value["prediction"]["null_probability"], 0.97);
}

TEST(Json, Classification) {
  const Json value = json_value(fixtures::sentiment());
  EXPECT_EQ(value["task"], "sequence-classification");
  EXPECT_THAT(keys(value["input"]), testing::ElementsAre("text"));
  EXPECT_EQ(
      value["prediction"].dump(),
      R"({"label":"positive","index":1,"probability":0.934,"probabilities":{"negative":0.066,"positive":0.934}})");
  EXPECT_EQ(value["target"].dump(), R"({"explain":"logit","label":"positive","index":1})");
  EXPECT_EQ(value["method"]["steps"].dump(), "32");
  EXPECT_EQ(value["method"]["tolerance"].dump(), "0.01");
  EXPECT_EQ(value["method"]["signed"], true);
  EXPECT_EQ(value["baseline_value"], -0.42);
  EXPECT_FALSE(value.contains("logits"));
  EXPECT_FALSE(value.contains("warnings"));
}

TEST(Json, PairOfTexts) {
  Explanation explanation = example();
  explanation.task = Task::sequence_classification;
  explanation.prediction = LabelPrediction{};
  EXPECT_THAT(keys(json_value(explanation)["input"]), testing::ElementsAre("text", "pair"));
  EXPECT_TRUE(json_value(explanation)["prediction"]["label"].is_null());
}

TEST(Json, MultiLabel) {
  const Json value = json_value(fixtures::multi_label())["prediction"];
  EXPECT_THAT(keys(value), testing::ElementsAre("label", "index", "probability", "probabilities", "labels"));
  EXPECT_EQ(value["labels"].dump(), R"(["toxic","insult"])");
}

TEST(Json, TokenClassification) {
  const Json value = json_value(fixtures::entities().front());
  const Json& prediction = value["prediction"];
  EXPECT_THAT(keys(prediction), testing::ElementsAre("entities", "tokens"));
  ASSERT_EQ(prediction["entities"].size(), 3u);
  const Json& first = prediction["entities"][0];
  EXPECT_EQ(first["label"], "PER");
  EXPECT_EQ(first["begin"], 0);
  EXPECT_EQ(first["end"], 17);
  EXPECT_EQ(first["text"], "George Washington");
  EXPECT_EQ(first["probability"], 0.97);
  EXPECT_EQ(prediction["tokens"][0].dump(), R"({"token":1,"label":"B-PER","probability":0.98})");
  EXPECT_EQ(value["target"]["text"], "George Washington");
}

TEST(Json, LogitsAndWarningsComeLast) {
  Explanation explanation = example();
  explanation.logits = {{"end", {1, 2}}, {"start", {3, 4}}};
  explanation.warnings = {"12 tokens were not read"};
  const Json value = json_value(explanation);
  EXPECT_EQ(value["logits"].dump(), R"({"start":[3.0,4.0],"end":[1.0,2.0]})");
  EXPECT_EQ(value["warnings"].dump(), R"(["12 tokens were not read"])");
  EXPECT_EQ(keys(value).back(), "warnings");
}

TEST(Json, LogitsAreAListPerLabelOrATablePerToken) {
  Explanation explanation = example();
  explanation.logits = {{"logits", {1, 2, 3, 4}}};
  explanation.task = Task::sequence_classification;
  EXPECT_EQ(json_value(explanation)["logits"].dump(), "[1.0,2.0,3.0,4.0]");
  explanation.task = Task::token_classification;  // with two tokens
  EXPECT_EQ(json_value(explanation)["logits"].dump(), "[[1.0,2.0],[3.0,4.0]]");
}

TEST(Json, PredictionRow) {
  const Explanation explanation = example();
  const std::string row = to_json(explanation.prediction, {explanation.text, explanation.pair}, "minilm-l6-qa");
  const Json value = Json::parse(row);
  EXPECT_THAT(keys(value), testing::ElementsAre("limn", "model", "task", "input", "prediction"));
  EXPECT_EQ(value["prediction"], json_value(explanation)["prediction"]);
  EXPECT_EQ(value["input"]["question"], "Où ?");
}

TEST(Json, EscapesHostileText) {
  const Explanation explanation = fixtures::hostile();
  const Json value = Json::parse(to_json(explanation));
  EXPECT_EQ(value["input"]["text"], explanation.text);
  EXPECT_EQ(to_json(explanation).find('\x1B'), std::string::npos);
}

TEST(Json, ReplacesInvalidUtf8) {
  Explanation explanation;
  explanation.text = "a\xFFz";
  explanation.words = {{0, 99, 1, 0}, {3, 1, 1, 0}};
  const Json value = Json::parse(to_json(explanation));
  EXPECT_EQ(value["input"]["text"], "a\uFFFDz");
  EXPECT_EQ(value["words"][0]["end"], 3);
  EXPECT_EQ(value["words"][1]["text"], "");
  EXPECT_TRUE(value["prediction"].is_null());
}

}  // namespace
}  // namespace limn
