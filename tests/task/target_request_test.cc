#include "task/target_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "limn/error.h"
#include "task/classification.h"
#include "task/encodings.h"
#include "task/question_answering.h"
#include "task/token_classification.h"

namespace limn {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

ExplainOptions with(const std::function<void(ExplainOptions&)>& change) {
  ExplainOptions options;
  change(options);
  return options;
}
ExplainOptions target(const std::string& text) {
  return with([&](auto& o) { o.target = text; });
}
ExplainOptions answer(const std::string& text) {
  return with([&](auto& o) { o.answer = text; });
}

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

WindowStore windows_of(const std::vector<Encoding>& encodings, const std::vector<ConstView>& logits) {
  WindowStore windows;
  for (std::size_t i = 0; i < encodings.size(); ++i) windows.keep(i, encodings[i], copy(logits[i]));
  return windows;
}

// ---- question answering ----

class AnswerTarget : public testing::Test {
 protected:
  // [CLS] who [SEP] Ann met Bob , ann met bobby [SEP]
  //  0     1   2     3   4   5  6  7   8   9     10
  const Input input{"who", "Ann met Bob , ann met bobby"};
  const HeadConfig head{.task = Task::question_answering, .labels = {"start", "end"}};
  std::vector<Encoding> encodings = {encode("who", *input.pair)};
  Mat logits = columns({0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0});
  std::vector<ConstView> views = {logits};

  ResolvedTarget resolve(const ExplainOptions& options, Scalar explain = Scalar::logit) const {
    std::vector<AnswerWindow> windows;
    for (std::size_t i = 0; i < encodings.size(); ++i) windows.push_back({&encodings[i], views[i]});
    const Prediction prediction = best_answers(windows, *input.pair, options.reading);
    return resolve_target(options, explain, {input, head, prediction, windows_of(encodings, views)});
  }
  void expect_span(const ResolvedTarget& resolved, std::size_t start, std::size_t end, const std::string& text) const {
    ASSERT_THAT(resolved.target.picks, SizeIs(2));
    EXPECT_EQ(resolved.target.picks[0].row, start);
    EXPECT_EQ(resolved.target.picks[0].column, 0u);
    EXPECT_EQ(resolved.target.picks[1].row, end);
    EXPECT_EQ(resolved.target.picks[1].column, 1u);
    EXPECT_TRUE(resolved.target.over_rows);
    EXPECT_EQ(resolved.info.start_token, start);
    EXPECT_EQ(resolved.info.end_token, end);
    EXPECT_EQ(resolved.info.text, text);
    EXPECT_EQ(resolved.info.label, std::nullopt);
  }
};

TEST_F(AnswerTarget, DefaultsToTheBestAnswer) {
  const auto resolved = resolve({}, Scalar::log_probability);
  expect_span(resolved, 5, 5, "Bob");
  EXPECT_EQ(resolved.info.explain, "log-probability");
  EXPECT_EQ(resolved.target.explain, Scalar::log_probability);
  EXPECT_EQ(value(resolve({}).target, logits), 7);
}

TEST_F(AnswerTarget, NullAnswerIsTheFirstToken) {
  logits(0, 0) = 9;
  expect_span(resolve({}), 0, 0, "");
}

TEST_F(AnswerTarget, ByTokenPositions) {
  expect_span(resolve(target("3:5")), 3, 5, "Ann met Bob");
  expect_span(resolve(target("5:3")), 5, 3, "");
  expect_span(resolve(target("0:10")), 0, 10, "");
  for (const char* bad : {"3", "3:", ":3", "3:11", "-1:2", "3:4:5", "Bob", "", " 3:4", "99999999999999999999:1"}) {
    EXPECT_THAT(error_of([&] { resolve(target(bad)); }), HasSubstr("expected START:END, tokens counted from 0 to 10"))
        << bad;
  }
}

TEST_F(AnswerTarget, ByText) {
  expect_span(resolve(answer("Ann met")), 3, 4, "Ann met");
  expect_span(resolve(answer(" ann met\n")), 7, 8, "ann met");  // the same case is preferred
  expect_span(resolve(answer("ANN MET")), 3, 4, "Ann met");
  expect_span(resolve(answer("bob")), 5, 5, "Bob");    // "bob" in "bobby" does not end at a token boundary
  expect_span(resolve(answer("obb")), 9, 9, "bobby");  // the token that covers it
}

TEST_F(AnswerTarget, RejectsTextOutsideTheContext) {
  EXPECT_EQ(error_of([&] { resolve(answer("Ann met Rob")); }),
            "answer: found \"Ann met Rob\", expected a part of the context; the nearest is \"Ann met Bob\"");
  EXPECT_THAT(error_of([&] { resolve(answer(" ")); }), HasSubstr("an empty text"));
  EXPECT_THAT(error_of([&] { resolve(with([](auto& o) { o.target = "1:2", o.answer = "Ann"; })); }),
              HasSubstr("one of the two"));
  EXPECT_THAT(error_of([&] { resolve(with([](auto& o) { o.contrast = "start"; })); }), HasSubstr("contrast: "));
}

TEST_F(AnswerTarget, InTheSecondWindow) {
  // The windows read "Ann met Bob ," and ", ann met bobby".
  Encoding first = encode("who", "Ann met Bob ,"), second = encode("who", ", ann met bobby");
  for (std::size_t token = 3; token < 7; ++token)
    second.characters[token].begin += 12, second.characters[token].end += 12;
  encodings = {first, second};
  const Mat a = columns({0, 0, 0, 0, 0, 4, 0, 0}, {0, 0, 0, 0, 0, 3, 0, 0});
  const Mat b = columns({0, 0, 0, 0, 0, 0, 9, 0}, {0, 0, 0, 0, 0, 0, 9, 0});
  views = {a, b};
  EXPECT_EQ(resolve({}).window, 1u);
  expect_span(resolve({}), 6, 6, "bobby");
  EXPECT_EQ(resolve(answer("Bob")).window, 0u);
  expect_span(resolve(answer("Bob")), 5, 5, "Bob");
  EXPECT_EQ(resolve(answer("met bobby")).window, 1u);
  expect_span(resolve(answer("met bobby")), 5, 6, "met bobby");
  EXPECT_EQ(resolve(target("4:5")).window, 1u);  // tokens of the predicted answer's window
  expect_span(resolve(target("4:5")), 4, 5, "ann met");
  EXPECT_THAT(error_of([&] { resolve(answer("Bob , ann")); }), HasSubstr("fits into one window"));
}

// ---- sequence classification ----

class LabelTarget : public testing::Test {
 protected:
  const Input input{"a film", std::nullopt};
  HeadConfig head{.labels = {"negative", "neutral", "positive", "1"}};
  const std::vector<Encoding> encodings = {encode("a film")};
  const Mat logits = matrix({{1, 0, 3, 2}});
  const std::vector<ConstView> views = {logits};

  ResolvedTarget resolve(const ExplainOptions& options) const {
    const Prediction prediction = predict_label(logits, head);
    return resolve_target(options, Scalar::logit, {input, head, prediction, windows_of(encodings, views)});
  }
  void expect_label(const ResolvedTarget& resolved, std::size_t index) const {
    ASSERT_THAT(resolved.target.picks, SizeIs(1));
    EXPECT_EQ(resolved.target.picks[0].row, 0u);
    EXPECT_EQ(resolved.target.picks[0].column, index);
    EXPECT_EQ(resolved.info.index, index);
    EXPECT_EQ(resolved.info.label, head.labels[index]);
    EXPECT_EQ(resolved.info.start_token, std::nullopt);
    EXPECT_FALSE(resolved.target.over_rows);
  }
};

TEST_F(LabelTarget, DefaultsToTheMostLikelyLabel) {
  expect_label(resolve({}), 2);
  EXPECT_FALSE(resolve({}).target.sigmoid);
  head.meaning = OutputMeaning::multi_label;
  expect_label(resolve({}), 2);
  EXPECT_TRUE(resolve({}).target.sigmoid);
}

TEST_F(LabelTarget, ByNameOrIndex) {
  expect_label(resolve(target("neutral")), 1);
  expect_label(resolve(target("0")), 0);
  expect_label(resolve(target("1")), 3);  // a label's name has precedence over an index
  for (const char* bad : {"4", "-1", "good", "", "1.0"}) {
    EXPECT_THAT(error_of([&] { resolve(target(bad)); }),
                HasSubstr("expected one of negative, neutral, positive, 1, or an index from 0 to 3"));
  }
  EXPECT_THAT(error_of([&] { resolve(answer("film")); }), HasSubstr("only for question answering"));
}

TEST_F(LabelTarget, WithAContrast) {
  const auto resolved = resolve(with([](auto& o) { o.contrast = "negative"; }));
  EXPECT_EQ(resolved.target.contrast, 0u);
  EXPECT_EQ(resolved.info.contrast, "negative");
  EXPECT_EQ(value(resolved.target, logits), 2);
  EXPECT_THAT(error_of([&] { resolve(with([](auto& o) { o.contrast = "2"; })); }), HasSubstr("another label"));
  EXPECT_THAT(error_of([&] { resolve(with([](auto& o) { o.contrast = "bad"; })); }),
              HasSubstr("contrast: found \"bad\""));
}

// ---- token classification ----

class TokenTarget : public testing::Test {
 protected:
  // [CLS] Ann_ lee met Bob [SEP]
  const Input input{"Ann_lee met Bob", std::nullopt};
  const HeadConfig head{.task = Task::token_classification, .labels = {"O", "B-PER", "I-PER"}};
  const std::vector<Encoding> encodings = {encode(input.text)};
  Mat logits = matrix({{9, 0, 0}, {0, 3, 0}, {0, 0, 1}, {5, 0, 0}, {0, 0, 4}, {0, 9, 0}});
  const std::vector<ConstView> views = {logits};

  Prediction predict() const { return find_entities(logits, encodings[0], input.text, head, Aggregation::first); }
  ResolvedTarget resolve(const ExplainOptions& options) const {
    const Prediction prediction = predict();
    return resolve_target(options, Scalar::logit, {input, head, prediction, windows_of(encodings, views)});
  }
  std::vector<ResolvedTarget> resolve_all(const ExplainOptions& options) const {
    const Prediction prediction = predict();
    return resolve_targets(options, Scalar::logit, {input, head, prediction, windows_of(encodings, views)});
  }
  void expect_token(const ResolvedTarget& resolved, std::size_t token, std::size_t label,
                    const std::string& text) const {
    ASSERT_THAT(resolved.target.picks, SizeIs(1));
    EXPECT_EQ(resolved.target.picks[0].row, token);
    EXPECT_EQ(resolved.target.picks[0].column, label);
    EXPECT_EQ(resolved.info.start_token, token);
    EXPECT_EQ(resolved.info.end_token, token);
    EXPECT_EQ(resolved.info.index, label);
    EXPECT_EQ(resolved.info.label, head.labels[label]);
    EXPECT_EQ(resolved.info.text, text);
  }
};

TEST_F(TokenTarget, DefaultsToTheMostLikelyEntity) { expect_token(resolve({}), 4, 2, "Bob"); }

TEST_F(TokenTarget, OnePerEntity) {
  const auto all = resolve_all({});
  ASSERT_THAT(all, SizeIs(2));
  expect_token(all[0], 1, 1, "Ann_lee");
  expect_token(all[1], 4, 2, "Bob");
  ASSERT_THAT(resolve_all(target("3:O")), SizeIs(1));
}

TEST_F(TokenTarget, WithoutEntitiesTheTokenWithTheLargestLogit) {
  logits(1, 0) = logits(4, 0) = 6;
  logits(2, 2) = 7;
  expect_token(resolve({}), 2, 2, "_lee");
  ASSERT_THAT(resolve_all({}), SizeIs(1));
}

TEST_F(TokenTarget, ByPositionAndLabel) {
  expect_token(resolve(target("3:B-PER")), 3, 1, "met");
  expect_token(resolve(target("3:2")), 3, 2, "met");
  expect_token(resolve(target("3")), 3, 0, "met");
  expect_token(resolve(target("0:O")), 0, 0, "");
  EXPECT_THAT(error_of([&] { resolve(target("6:O")); }),
              HasSubstr("expected POSITION:LABEL, tokens counted from 0 to 5"));
  EXPECT_THAT(error_of([&] { resolve(target("B-PER")); }), HasSubstr("expected POSITION:LABEL"));
  EXPECT_THAT(error_of([&] { resolve(target("3:LOC")); }),
              HasSubstr("one of O, B-PER, I-PER, or an index from 0 to 2"));
  EXPECT_THAT(error_of([&] { resolve(answer("Bob")); }), HasSubstr("only for question answering"));
  const auto contrast = resolve(with([](auto& o) { o.target = "3:B-PER", o.contrast = "O"; }));
  EXPECT_EQ(value(contrast.target, logits), -5);
}

TEST(MaskedLmTarget, IsRejected) {
  const Input input{"a", std::nullopt};
  const HeadConfig head{.task = Task::masked_lm, .labels = {}};
  const std::vector<Encoding> encodings = {encode("a")};
  const Mat logits = matrix({{1}, {1}, {1}});
  const std::vector<ConstView> views = {logits};
  EXPECT_THAT(error_of([&] {
                resolve_target({}, Scalar::logit, {input, head, {}, windows_of(encodings, views)});
              }),
              HasSubstr("masked-lm"));
}

}  // namespace
}  // namespace limn
