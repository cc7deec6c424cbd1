// Every kind of target, compared with the logits of PyTorch in float64 (tests/golden).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "cli/program.h"

namespace limn::cli_test::targets_test {
namespace {

using testing::HasSubstr;

std::vector<Json> explanations(std::vector<std::string> arguments, const std::vector<std::string>& more = {}) {
  arguments.insert(arguments.begin(), "explain");
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Result result = run(arguments);
  EXPECT_EQ(result.code, 0) << result.err;
  return json_lines(result.out);
}

Json explain(const std::vector<std::string>& arguments, const std::vector<std::string>& more = {}) {
  const auto all = explanations(arguments, more);
  return all.empty() ? Json() : all.front();
}

Json cases(const std::string& model) { return Json::parse(read(golden(model) + "/cases.json"))["cases"]; }

std::vector<std::string> text_case(const std::string& model, const Json& row) {
  return {"-m", golden(model), "--text", row["input"]["text"]};
}

std::vector<std::string> question_case(const std::string& model, const Json& row) {
  return {"-m", golden(model), "--question", row["input"]["question"], "--context", row["input"]["context"]};
}

std::vector<double> scores(const Json& explanation) {
  std::vector<double> result;
  for (const auto& token : explanation["tokens"]) result.push_back(token["score"]);
  return result;
}

double largest(const std::vector<double>& values) {
  double most = 0;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

TEST(Targets, EntitiesByTypeAndText) {
  const std::vector<std::string> text = {"-m", "minilm-l6-ner", "--text", "Ada Lovelace lived in London and in Rome."};
  const auto target = [&](const std::string& request) { return explain(text, {"--target", request})["target"]; };
  EXPECT_EQ(target("Rome")["text"], "Rome");
  EXPECT_EQ(target("PER")["text"], "Ada Lovelace");
  const std::string place = target("LOC")["text"];
  EXPECT_TRUE(place == "Rome" || place == "London") << place;
  std::vector<std::string> wrong = text;
  wrong.insert(wrong.begin(), "explain");
  wrong.insert(wrong.end(), {"--target", "Paris"});
  EXPECT_THAT(run(wrong).err, HasSubstr("an entity's type or text will also do"));
}

// float32 PyTorch itself stays within 7e-6 of the float64 logits.
constexpr double logit_error = 2e-5;

TEST(Targets, LabelByIndexOrName) {
  for (const std::string model : {"bert-cls", "bert-multilabel"}) {
    const Json row = cases(model)[0];
    for (std::size_t label = 0; label < row["logits"].size(); ++label) {
      const double logit = row["logits"][label];
      const Json by_number = explain(text_case(model, row), {"--target", std::to_string(label)});
      const Json by_name = explain(text_case(model, row), {"--target", by_number["target"]["label"]});
      for (const Json& found : {by_number, by_name}) {
        EXPECT_NEAR(found["value"].get<double>(), logit, logit_error);
        EXPECT_EQ(found["target"]["index"], label);
      }
    }
  }
}

TEST(Targets, SigmoidModelsHaveIndependentProbabilities) {
  for (const std::string model : {"bert-multilabel", "bert-single"}) {
    const Json row = cases(model)[0];
    for (std::size_t label = 0; label < row["logits"].size(); ++label) {
      const double logit = row["logits"][label], p = 1 / (1 + std::exp(-logit));
      const auto with = [&](const std::string& scalar) {
        return explain(text_case(model, row),
                       {"--target", std::to_string(label), "--explain", scalar, "--method", "gradient-x-input"});
      };
      EXPECT_NEAR(with("probability")["value"].get<double>(), p, logit_error);
      EXPECT_NEAR(with("log-probability")["value"].get<double>(), std::log(p), logit_error);
      EXPECT_NEAR(with("loss")["value"].get<double>(), -std::log(p), logit_error);
      EXPECT_NEAR(with("margin")["value"].get<double>(), logit, logit_error);
      // The chain rule: dp/dx = p (1 − p) dlogit/dx.
      const std::vector<double> of_logit = scores(with("logit")), of_probability = scores(with("probability"));
      ASSERT_EQ(of_logit.size(), of_probability.size());
      for (std::size_t i = 0; i < of_logit.size(); ++i)
        EXPECT_NEAR(of_probability[i], p * (1 - p) * of_logit[i], 1e-5 * largest(of_logit));
    }
  }
}

TEST(Targets, MultiLabelModelsPredictLabelsFromOneHalf) {
  const Json row = cases("bert-multilabel")[0];  // logits 0.39, -0.13, -0.22, -0.05
  const Json found = explain(text_case("bert-multilabel", row));
  EXPECT_EQ(found["prediction"]["labels"].size(), 1u);
  EXPECT_EQ(found["prediction"]["labels"][0], found["target"]["label"]);
  EXPECT_EQ(found["target"]["index"], 0);
}

TEST(Targets, ContrastIsDifferenceOfLogitsAndScores) {
  const Json row = cases("bert-cls")[0];
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = text_case("bert-cls", row);
    arguments.insert(arguments.end(), {"--method", "gradient-x-input"});
    return explain(arguments, more);
  };
  const Json contrast = with({"--target", "2", "--contrast", "0"});
  EXPECT_NEAR(contrast["value"].get<double>(), row["logits"][2].get<double>() - row["logits"][0].get<double>(),
              logit_error);
  EXPECT_EQ(contrast["target"]["contrast"], "LABEL_0");
  const auto difference = scores(contrast), a = scores(with({"--target", "2"})), b = scores(with({"--target", "0"}));
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(difference[i], a[i] - b[i], 1e-5 * largest(a));
}

TEST(Targets, ContrastWithAnotherLabelOfAToken) {
  const Json row = cases("bert-token")[0];
  const Json found = explain(text_case("bert-token", row), {"--target", "6:1", "--contrast", "2"});
  const Json& logits = row["logits"][6];
  EXPECT_NEAR(found["value"].get<double>(), logits[1].get<double>() - logits[2].get<double>(), logit_error);
}

TEST(Targets, LabelOfAnyToken) {
  const Json row = cases("bert-token")[0];
  for (const auto& [position, label] : {std::pair<std::size_t, std::size_t>{1, 0}, {9, 1}, {3, 2}}) {
    const std::string target = std::to_string(position) + ":" + std::to_string(label);
    const auto found = explanations(text_case("bert-token", row), {"--target", target});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NEAR(found[0]["value"].get<double>(), row["logits"][position][label].get<double>(), logit_error);
    EXPECT_EQ(found[0]["target"]["start_token"], position);
  }
}

TEST(Targets, EntitiesShareOneForwardPass) {
  const std::vector<std::string> arguments = {
      "-m", "minilm-l6-ner", "--text", "Ada Lovelace met Charles Babbage in London before Siemens was in Berlin."};
  for (const std::string method : {"gradient-x-input", "integrated-gradients"}) {
    std::vector<std::string> by_method = arguments;
    by_method.insert(by_method.end(), {"--method", method});
    const auto all = explanations(by_method);
    ASSERT_GE(all.size(), 4u);
    ASSERT_EQ(all.size(), all[0]["prediction"]["entities"].size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Json& target = all[i]["target"];
      EXPECT_EQ(target["text"], all[i]["prediction"]["entities"][i]["text"]);
      if (method == "gradient-x-input") EXPECT_EQ(all[i]["passes"], 1);
      // The same result as for a request of only this entity.
      const std::string asked =
          std::to_string(target["start_token"].get<int>()) + ":" + target["label"].get<std::string>();
      const Json alone = explain(by_method, {"--target", asked});
      EXPECT_EQ(alone["value"], all[i]["value"]);
      EXPECT_EQ(scores(alone), scores(all[i]));
    }
  }
}

TEST(Targets, PackedTextsKeepTheirEntities) {
  Folder folder;
  const std::vector<std::string> texts = {"Ada Lovelace met Charles Babbage in London.", "Nothing here.",
                                          "Siemens is in Berlin."};
  std::string rows;
  for (const auto& text : texts) rows += text + "\n";
  const auto together = explanations({"-m", "minilm-l6-ner", "--input", folder.write("a.txt", rows)});
  std::size_t at = 0;
  for (const auto& text : texts) {
    for (const Json& alone : explanations({"-m", "minilm-l6-ner", "--text", text})) {
      ASSERT_LT(at, together.size());
      EXPECT_EQ(together[at]["target"], alone["target"]);
      const auto a = scores(together[at++]), b = scores(alone);
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-4);  // normalised: the largest is 1
    }
  }
  EXPECT_EQ(at, together.size());
}

TEST(Targets, SpanByTokens) {
  const Json row = cases("bert-qa")[0];
  const Json found = explain(question_case("bert-qa", row), {"--target", "20:23"});
  EXPECT_NEAR(found["value"].get<double>(),
              row["logits"]["start"][20].get<double>() + row["logits"]["end"][23].get<double>(), logit_error);
}

TEST(Targets, AnswerByText) {
  const Json row = cases("bert-qa")[0];
  const std::string context = row["input"]["context"];
  // From the first token of one word to the last token of another.
  std::size_t first = 0, last = 0;
  for (std::size_t i = 0; i < row["ids"].size(); ++i) {
    if (row["type_ids"][i] == 0 || row["special"][i] == 1) continue;
    if (row["words"][i] == 2 && first == 0) first = i;
    if (row["words"][i] == 4) last = i;
  }
  ASSERT_GT(last, first);
  ASSERT_GT(first, 0u);
  const std::size_t begin = row["offsets"][first][0], end = row["offsets"][last][1];
  const Json found = explain(question_case("bert-qa", row), {"--answer", context.substr(begin, end - begin)});
  EXPECT_EQ(found["target"]["start_token"], first);
  EXPECT_EQ(found["target"]["end_token"], last);
  EXPECT_NEAR(found["value"].get<double>(),
              row["logits"]["start"][first].get<double>() + row["logits"]["end"][last].get<double>(), logit_error);
}

TEST(Targets, EveryMethodAcceptsTargets) {
  const Json row = cases("bert-cls")[0];
  for (const char* method : {"gradient", "gradient-x-input", "smoothgrad", "squaregrad", "vargrad",
                             "integrated-gradients", "sequential-integrated-gradients", "expected-gradients", "gradcam",
                             "occlusion", "kernel-shap", "shapley", "partition-shap", "sobol", "grad-attention"}) {
    const Json found = explain(text_case("bert-cls", row), {"--method", method, "--target", "2", "--contrast", "1"});
    EXPECT_NEAR(found["value"].get<double>(), row["logits"][2].get<double>() - row["logits"][1].get<double>(),
                logit_error)
        << method;
  }
}

TEST(Targets, RejectsInvalidTargets) {
  const auto expect = [](std::vector<std::string> arguments, const std::vector<std::string>& parts) {
    arguments.insert(arguments.begin(), "explain");
    const Result result = run(arguments);
    EXPECT_EQ(result.code, 1);
    for (const auto& part : parts) EXPECT_THAT(result.err, HasSubstr(part));
  };
  const std::vector<std::string> text = {"--text", "a good film"};
  const auto with = [](const std::string& model, std::vector<std::string> more) {
    more.insert(more.begin(), {"-m", model});
    return more;
  };
  // A label of the sentiment model, which this model does not have.
  expect(with(golden("bert-cls"), {"--text", "a film", "--target", "positive"}),
         {"--target", "\"positive\"", "LABEL_0, LABEL_1, LABEL_2"});
  expect(with("minilm-l6-sentiment", {"--text", "a film", "--target", "LABEL_0"}), {"--target", "negative, positive"});
  expect(with("minilm-l6-ner", {"--text", "Ada came.", "--target", "1:B-MISC"}), {"--target", "\"B-MISC\"", "B-PER"});
  expect(with("minilm-l6-ner", {"--text", "Ada came.", "--target", "77:B-PER"}), {"--target", "77", "POSITION:LABEL"});
  expect(with(golden("bert-cls"), {"--text", "a film", "--target", "0", "--contrast", "0"}),
         {"--contrast", "another label than the target's"});
  expect(with(golden("bert-cls"), {"--text", "a film", "--answer", "a"}), {"--answer", "only for question answering"});
  expect(with("minilm-l6-qa", {"--question", "Who?", "--context", "Anna came.", "--contrast", "0"}),
         {"--contrast", "only for classification"});
  expect(with("minilm-l6-qa", {"--question", "Who?", "--context", "Anna came.", "--target", "5:99"}),
         {"--target", "5:99", "START:END"});
  expect(with("minilm-l6-qa",
              {"--question", "Who came?", "--context", "Anna Karenina came to Moscow.", "--answer", "Anna Karenia"}),
         {"--answer", "\"Anna Karenia\"", "the nearest is \"Anna Karenina\""});
  expect(with("minilm-l6-qa", {"--question", "Who?", "--context", "Anna came.", "--answer", " "}),
         {"--answer", "an empty text"});
}

}  // namespace
}  // namespace limn::cli_test::targets_test
