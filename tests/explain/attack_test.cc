// HotFlip and input reduction, compared with PyTorch in float64 (tools/make_attack_cases.py).
#include "explain/attack/attack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "explain/attack/edited_input.h"
#include "explain/golden_folder.h"

namespace limn {
namespace {

using golden::Json;
using testing::ElementsAre;
using testing::HasSubstr;

std::filesystem::path folder(const std::string& name) {
  return std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden" / name;
}

const Model& model(const std::string& name) {
  static std::map<std::string, Model> models;
  const auto found = models.find(name);
  return found != models.end() ? found->second : models.emplace(name, Model::load(folder(name))).first->second;
}

Json attack_cases() {
  return Json::parse(std::ifstream(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/explain/data/attacks.json"));
}

AttackOptions options_of(const Json& row) {
  AttackOptions options;
  if (!row["target"].is_null()) options.target = std::to_string(row["target"].get<int>());
  if (!row["toward"].is_null()) options.toward = std::to_string(row["toward"].get<int>());
  return options;
}

Attack attack(const Json& row) {
  const Model& attacked = model(row["model"]);
  const Input input = golden::input_of(row["input"]);
  return row["attack"] == "hotflip" ? attacked.hotflip(input, options_of(row))
                                    : attacked.reduce_input(input, options_of(row));
}

std::int32_t id_of(const Attack& found, std::string_view word) {
  const Tokenizer tokenizer = Tokenizer::load(folder(found.model));
  return tokenizer.id(word).value_or(-1);
}

TEST(Attack, EqualsPyTorch) {
  std::size_t flips = 0, removals = 0;
  for (const Json& row : attack_cases()) {
    SCOPED_TRACE(row.dump());
    const Attack found = attack(row);
    Json steps = Json::array();
    for (const AttackStep& step : found.steps)
      if (row["attack"] == "hotflip")
        steps.push_back({step.token, id_of(found, step.after)}), ++flips;
      else
        steps.push_back(step.token), ++removals;
    EXPECT_EQ(steps, row["steps"]);
    EXPECT_EQ(found.succeeded, row["succeeded"].get<bool>());
    EXPECT_EQ(found.kind, row["attack"]);
  }
  EXPECT_GT(flips, 20u);
  EXPECT_GT(removals, 50u);
}

TEST(Attack, PredictionAfterIsThatOfTheOutput) {
  std::size_t read_back = 0;
  for (const Json& row : attack_cases()) {
    SCOPED_TRACE(row.dump());
    const Attack found = attack(row);
    if (found.reread || found.steps.empty()) continue;
    ++read_back;
    const Prediction anew = model(row["model"]).predict(found.output);
    if (const auto* said = std::get_if<LabelPrediction>(&anew)) {
      EXPECT_EQ(std::get<LabelPrediction>(found.after).label, said->label);
      EXPECT_NEAR(std::get<LabelPrediction>(found.after).probability, said->probability, 1e-5);
    } else if (const auto* answer = std::get_if<AnswerPrediction>(&anew)) {
      EXPECT_EQ(std::get<AnswerPrediction>(found.after).best.text, answer->best.text);
      EXPECT_EQ(std::get<AnswerPrediction>(found.after).best.begin, answer->best.begin);
    } else {
      const auto &before = std::get<EntityPrediction>(found.after).tokens,
                 &after = std::get<EntityPrediction>(anew).tokens;
      ASSERT_EQ(before.size(), after.size());
      for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].label, after[i].label);
    }
  }
  EXPECT_GT(read_back, 10u);
}

TEST(Attack, ReductionKeepsThePredictionAtEachStep) {
  const Input input = {.text = "A gorgeous, witty, seductive movie.", .pair = {}};
  const Attack found = model("bert-cls").reduce_input(input);
  const std::string label = std::get<LabelPrediction>(found.before).label;
  ASSERT_FALSE(found.steps.empty());
  std::size_t length = input.text.size();
  for (const AttackStep& step : found.steps) {
    EXPECT_EQ(std::get<LabelPrediction>(step.prediction).label, label);
    EXPECT_EQ(step.after, "");
    EXPECT_LT(step.input.text.size(), length);
    length = step.input.text.size();
  }
  EXPECT_EQ(found.output.text, found.steps.back().input.text);
  EXPECT_EQ(found.input.text, input.text);
}

TEST(Attack, FlipReplacesTheTokenInPlace) {
  const Input input = {.text = "A  gorgeous, witty film!\n", .pair = {}};
  const Attack found = model("bert-cls").hotflip(input);
  ASSERT_FALSE(found.steps.empty());
  const AttackStep& first = found.steps.front();
  const Token& token = found.tokens[first.token];
  EXPECT_EQ(first.before, token.token);
  EXPECT_EQ(first.input.text, input.text.substr(0, token.begin) + first.after + input.text.substr(token.end));
}

TEST(Attack, ChangesOnlyTheQuestionByDefault) {
  const Input input = {.text = "Who won?", .pair = "Denver beat Carolina 24-10."};
  const Attack flipped = model("bert-qa").hotflip(input);
  ASSERT_FALSE(flipped.steps.empty());
  for (const AttackStep& step : flipped.steps) EXPECT_EQ(step.input.pair, input.pair);
  AttackOptions both;
  both.sequences = {0, 1};
  const Attack found = model("bert-qa").reduce_input(input, both);
  const Answer& before = std::get<AnswerPrediction>(found.before).best;
  const Answer& after = std::get<AnswerPrediction>(found.after).best;
  EXPECT_EQ(after.text, before.text);
  EXPECT_EQ(found.output.pair->substr(after.begin, after.end - after.begin), after.text);
  EXPECT_FALSE(found.output.text.empty());
  EXPECT_THAT(found.output.pair.value(), testing::Not(""));
}

TEST(Attack, KeepsTheTaggedToken) {
  const Input input = {.text = "Angela Merkel besuchte São Paulo.", .pair = {}};
  AttackOptions options;
  options.target = "3";
  const Attack reduced = model("bert-token").reduce_input(input, options),
               flipped = model("bert-token").hotflip(input, options);
  for (const Attack* found : {&reduced, &flipped})
    for (const AttackStep& step : found->steps) EXPECT_NE(step.token, 3u);
  EXPECT_EQ(reduced.target.start_token, 3u);
}

TEST(Attack, NeedsNoStepIfTheWantedLabelIsPredicted) {
  const Input input = {.text = "ok", .pair = {}};
  AttackOptions options;
  options.toward = std::get<LabelPrediction>(model("bert-cls").predict(input)).label;
  const Attack found = model("bert-cls").hotflip(input, options);
  EXPECT_TRUE(found.succeeded);
  EXPECT_TRUE(found.steps.empty());
  EXPECT_EQ(found.output.text, "ok");
}

TEST(Attack, StopsAfterMaxSteps) {
  AttackOptions options;
  options.max_steps = 2;
  const Input input = {.text = "A gorgeous, witty, seductive movie.", .pair = {}};
  EXPECT_LE(model("bert-cls").hotflip(input, options).steps.size(), 2u);
  EXPECT_EQ(model("bert-cls").reduce_input(input, options).steps.size(), 2u);
}

TEST(Attack, DoesNotDependOnThreads) {
  const Input input = {.text = "A gorgeous, witty, seductive movie.", .pair = {}};
  std::vector<std::string> texts;
  for (const std::size_t threads : {1u, 3u}) {
    set_threads(threads);
    texts.push_back(model("bert-cls").hotflip(input).output.text + "|" +
                    model("bert-cls").reduce_input(input).output.text);
  }
  set_threads(0);
  EXPECT_EQ(texts[0], texts[1]);
}

std::string message(const std::string& name, const Input& input, const AttackOptions& options, bool flip) {
  try {
    if (flip)
      model(name).hotflip(input, options);
    else
      model(name).reduce_input(input, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Attack, RejectsInvalidOptions) {
  const Input text = {.text = "ok", .pair = {}}, question = {.text = "Who won?", .pair = "Denver beat Carolina 24-10."};
  AttackOptions toward, beam, sequence, target, span;
  toward.toward = "wonderful";
  EXPECT_THAT(message("bert-cls", text, toward, true), HasSubstr("one of LABEL_0, LABEL_1, LABEL_2"));
  EXPECT_THAT(message("bert-cls", text, toward, false), HasSubstr("only for hotflip"));
  EXPECT_THAT(message("bert-qa", question, toward, true), HasSubstr("a part of the context"));
  beam.beam = 0;
  EXPECT_THAT(message("bert-cls", text, beam, false), HasSubstr("at least 1"));
  sequence.sequences = {1};
  EXPECT_THAT(message("bert-cls", text, sequence, true), HasSubstr("there is one text"));
  target.target = "1";
  EXPECT_THAT(message("bert-cls", text, target, true), HasSubstr("token classification"));
  span.target = "99";
  EXPECT_THAT(message("bert-token", text, span, true), HasSubstr("POSITION"));
  Input longer = question;
  for (int i = 0; i < 60; ++i) *longer.pair += " Denver beat Carolina 24-10.";
  EXPECT_THAT(message("bert-qa", longer, {}, true), HasSubstr("windows"));
}

// ---- texts of edited inputs ----------------------------------------------------------------------------------------

/// Makes an encoding of these tokens of a text, each with its word index; none is special.
Encoding encoding_of(std::string_view text, const std::vector<std::pair<std::string, int>>& tokens) {
  Encoding encoding;
  std::size_t at = 0;
  for (const auto& [token, word] : tokens) {
    at = text.find(token, at);
    encoding.ids.push_back(static_cast<std::int32_t>(encoding.ids.size()));
    encoding.type_ids.push_back(0);
    encoding.offsets.push_back({at, at + token.size()});
    encoding.characters.push_back({at, at + token.size()});
    encoding.words.push_back(word);
    encoding.sequences.push_back(0);
    encoding.special.push_back(0);
    at += token.size();
  }
  return encoding;
}

std::string without(std::string_view text, const Encoding& encoding, const std::vector<std::size_t>& gone) {
  std::vector<EditedToken> edited_tokens;
  for (std::size_t i = 0; i < encoding.size(); ++i)
    if (std::find(gone.begin(), gone.end(), i) == gone.end()) edited_tokens.push_back({.origin = i});
  const EditedInput edited = edited_input(encoding, {.text = std::string(text), .pair = {}}, edited_tokens);
  for (std::size_t i = 0; i < edited_tokens.size(); ++i) {  // offsets point at the same tokens
    const Span then = encoding.offsets[edited_tokens[i].origin], now = edited.encoding.offsets[i];
    EXPECT_EQ(edited.input.text.substr(now.begin, now.end - now.begin), text.substr(then.begin, then.end - then.begin));
  }
  return edited.input.text;
}

TEST(EditedInput, RemovedTokensLeaveOneGap) {
  const std::string_view text = "I  do not\nlike it. ";
  const Encoding encoding = encoding_of(text, {{"I", 0}, {"do", 1}, {"not", 2}, {"like", 3}, {"it", 4}, {".", 5}});
  EXPECT_EQ(without(text, encoding, {}), text);
  EXPECT_EQ(without(text, encoding, {1}), "I not\nlike it. ");
  EXPECT_EQ(without(text, encoding, {1, 2}), "I\nlike it. ");
  EXPECT_EQ(without(text, encoding, {0}), "do not\nlike it. ");
  EXPECT_EQ(without(text, encoding, {5}), "I  do not\nlike it ");
  EXPECT_EQ(without(text, encoding, {4}), "I  do not\nlike . ");
  EXPECT_EQ(without(text, encoding, {0, 1, 2, 3, 5}), "it ");
}

TEST(EditedInput, WordsStaySeparate) {
  const std::string_view text = "don't un-do";
  const Encoding encoding = encoding_of(text, {{"don", 0}, {"'", 1}, {"t", 2}, {"un", 3}, {"-", 4}, {"do", 5}});
  EXPECT_EQ(without(text, encoding, {1}), "don t un-do");
  EXPECT_EQ(without(text, encoding, {4}), "don't un do");
}

TEST(EditedInput, TokensOfOneWordStayJoined) {
  const std::string_view text = "unbelievably";
  const Encoding encoding = encoding_of(text, {{"un", 0}, {"believ", 0}, {"ably", 0}});
  EXPECT_EQ(without(text, encoding, {1}), "unably");
}

TEST(EditedInput, DropsTextThatWasNotRead) {
  const std::string_view text = "one two three";
  Encoding encoding = encoding_of(text, {{"one", 0}, {"two", 1}});
  encoding.cut_tokens = 1;
  EXPECT_EQ(without(text, encoding, {}), "one two");
}

TEST(EditedInput, ReplacementTakesTheTokensPosition) {
  const std::string_view text = "A witty, «long» film";
  const Encoding encoding =
      encoding_of(text, {{"A", 0}, {"witty", 1}, {",", 2}, {"«", 3}, {"long", 4}, {"»", 5}, {"film", 6}});
  std::vector<EditedToken> edited_tokens(7);
  for (std::size_t i = 0; i < 7; ++i) edited_tokens[i].origin = i;
  edited_tokens[4].id = 99;
  edited_tokens[4].word = "dull";
  const EditedInput edited = edited_input(encoding, {.text = std::string(text), .pair = {}}, edited_tokens);
  EXPECT_EQ(edited.input.text, "A witty, «dull» film");
  EXPECT_THAT(edited.encoding.ids, ElementsAre(0, 1, 2, 3, 99, 5, 6));
}

}  // namespace
}  // namespace limn
