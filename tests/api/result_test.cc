// Calls over many inputs: a value or an Error per input, and valid inputs run once.
#include "limn/result.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "limn/limn.h"

namespace limn::result_test {
namespace {

TEST(ResultType, HoldsValueOrError) {
  Result<std::string> good("text");
  EXPECT_TRUE(good);
  EXPECT_EQ(*good, "text");
  EXPECT_EQ(good->size(), 4u);
  good->push_back('s');
  EXPECT_EQ(good.value(), "texts");
  const Result<std::string> bad(Error({.thing = "the text", .found = "nothing"}));
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error().parts().thing, "the text");
  EXPECT_THROW(bad.value(), Error);
  EXPECT_THROW(*bad, Error);
}

TEST(ResultType, MovesItsValue) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 7);
}

TEST(ResultType, TransformKeepsError) {
  const auto size = [](const std::string& text) { return text.size(); };
  EXPECT_EQ(Result<std::string>("text").transform(size).value(), 4u);
  EXPECT_EQ(Result<std::string>(Error({.thing = "it"})).transform(size).error().parts().thing, "it");
}

// ---- calls over many inputs -------------------------------------------------------------------------

Model golden(const std::string& folder) {
  return Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests" / folder);
}

/// A watch that counts passes.
Watch counting(std::size_t& passes) {
  return {.progress = {},
          .cancelled =
              [&passes] {
                ++passes;
                return false;
              }};
}

Input text(std::string words) { return {.text = std::move(words), .pair = std::nullopt}; }

TEST(Inputs, ProgressIsThatOfTheWholeCall) {
  const Model model = golden("golden/bert-cls");
  std::vector<double> shares;
  const Watch watch = {.progress =
                           [&](std::size_t done, std::size_t total) {
                             ASSERT_GT(total, 0u);
                             shares.push_back(static_cast<double>(done) / static_cast<double>(total));
                           },
                       .cancelled = {}};
  for (const ChosenMethod& method : {ChosenMethod(Occlusion{}), ChosenMethod(IntegratedGradients{})}) {
    shares.clear();
    // Texts of different lengths, whose own totals differ.
    model.explain(std::vector{text("one two three"), text("four"), text("five six seven eight")}, method, {}, watch);
    ASSERT_GE(shares.size(), 3u);
    EXPECT_TRUE(std::ranges::is_sorted(shares));
    if (std::holds_alternative<Occlusion>(method.method)) {
      EXPECT_EQ(shares.back(), 1);
    } else {
      EXPECT_LE(shares.back(), 1);       // a path that is certified early ends before its last step
      EXPECT_GT(shares.back(), 2 / 3.);  // in the last text
    }
  }
}

/// Which of the five inputs are invalid: the first, one in the middle, the last, several, all, none.
const std::vector<std::vector<bool>> patterns = {{1, 0, 0, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 0, 0, 1},
                                                 {1, 0, 1, 0, 1}, {1, 1, 1, 1, 1}, {0, 0, 0, 0, 0}};

/// Calls `call` for each pattern of valid and invalid inputs, and checks that the valid ones have a result and need as
/// many passes as without the invalid ones. @param call (inputs, watch) -> results. @param check (result, valid input)
template <class Item, class Call, class Check>
void try_patterns(const std::vector<Item>& good, const Item& bad, const Call& call, const Check& check) {
  std::size_t checked = 0;
  for (const auto& is_bad : patterns) {
    std::vector<Item> inputs, only_good;
    for (std::size_t i = 0; i < is_bad.size(); ++i) {
      inputs.push_back(is_bad[i] ? bad : good[i]);
      if (!is_bad[i]) only_good.push_back(good[i]);
    }
    std::size_t passes = 0, passes_of_good = 0;
    const auto results = call(inputs, counting(passes));
    call(only_good, counting(passes_of_good));
    EXPECT_EQ(passes, passes_of_good);
    EXPECT_EQ(passes > 0, !only_good.empty());
    ASSERT_EQ(results.size(), inputs.size());
    for (std::size_t i = 0; i < is_bad.size(); ++i, ++checked) {
      ASSERT_EQ(results[i].has_value(), !is_bad[i]) << i;
      if (is_bad[i])
        EXPECT_NE(std::string(results[i].error().what()), "");
      else
        check(*results[i], good[i]);
    }
  }
  EXPECT_EQ(checked, 5 * patterns.size());
}

const std::vector<Input> films = {text("a good film"), text("a bad end"), text("the film"), text("bad"),
                                  text("a film with a good end")};

void expect_same(const Explanation& found, const Explanation& alone) {
  ASSERT_EQ(found.tokens.size(), alone.tokens.size());
  EXPECT_EQ(found.text, alone.text);
  // Matrix products of different sizes round differently.
  for (std::size_t t = 0; t < alone.tokens.size(); ++t)
    EXPECT_NEAR(found.tokens[t].score, alone.tokens[t].score, 1e-3 * std::abs(alone.tokens[t].score) + 1e-4);
}

TEST(ManyInputs, InvalidInputDoesNotAffectPredictions) {
  const Model model = golden("golden/bert-cls");
  const auto call = [&](const std::vector<Input>& inputs, const Watch& watch) {
    return model.predict(inputs, {}, watch);
  };
  try_patterns(films, text("  "), call, [&](const Prediction& found, const Input& input) {
    EXPECT_NEAR(std::get<LabelPrediction>(found).probability,
                std::get<LabelPrediction>(model.predict(input)).probability, 1e-5);
  });
}

TEST(ManyInputs, InvalidInputDoesNotAffectExplanations) {
  const Model model = golden("golden/bert-cls");
  for (const Method& method : {Method(Gradient{}), Method(GradientXInput{}), Method(Occlusion{})}) {
    const auto call = [&](const std::vector<Input>& inputs, const Watch& watch) {
      return model.explain(inputs, method, {}, watch);
    };
    try_patterns(films, text(""), call, [&](const Explanation& found, const Input& input) {
      expect_same(found, model.explain(input, method));
    });
  }
}

TEST(ManyInputs, MissingTargetDoesNotAffectOthers) {
  const Model model = golden("golden/bert-token");
  const std::vector<Input> long_enough(5, text("Ann met Bob in Rome"));
  const ExplainOptions options = {.target = "4:1"};  // the invalid text has no token 4
  const auto call = [&](const std::vector<Input>& inputs, const Watch& watch) {
    return model.explain_all(inputs, Gradient{}, options, watch);
  };
  std::size_t bad_passes = 0;
  const auto bad = model.explain_all(std::vector<Input>{text("a")}, Gradient{}, options, counting(bad_passes));
  ASSERT_FALSE(bad.front());
  EXPECT_EQ(bad_passes, 1u);  // one forward pass before the error is detected, and no gradient
  std::size_t passes = 0;
  const auto results = call({long_enough[0], text("a"), long_enough[1]}, counting(passes));
  EXPECT_EQ(passes, 2u);  // forward and backward
  EXPECT_TRUE(results[0] && !results[1] && results[2]);
  expect_same(results[2]->front(), model.explain(long_enough[1], Gradient{}, options));
}

TEST(ManyInputs, MissingMaskDoesNotAffectOthers) {
  const Model model = golden("golden-mlm/bert-mlm");
  const std::vector<Input> masked(5, text("a [MASK] film"));
  const auto call = [&](const std::vector<Input>& inputs, const Watch& watch) {
    return model.predict(inputs, {}, watch);
  };
  try_patterns(masked, text("a film"), call, [](const Prediction& found, const Input&) {
    EXPECT_EQ(std::get<MaskPrediction>(found).masks.size(), 1u);
  });
}

TEST(ManyInputs, InvalidSentenceDoesNotAffectOthers) {
  const Model model = golden("golden/bert-token");
  const std::vector<std::vector<std::string>> sentences(5, {"Ann", "met", "Bob"});
  const auto call = [&](const std::vector<std::vector<std::string>>& words, const Watch& watch) {
    return model.predict_words(words, {}, watch);
  };
  try_patterns(sentences, {"Ann", "\xff"}, call,
               [](const std::vector<TokenLabel>& found, const auto&) { EXPECT_EQ(found.size(), 3u); });
}

TEST(ManyInputs, InvalidOptionsThrow) {
  const Model model = golden("golden/bert-cls");
  const PredictOptions reading = {.max_length = 1'000'000};
  EXPECT_THROW(model.predict(films, reading), Error);
  EXPECT_THROW(model.explain(films, Gradient{}, {.reading = reading}), Error);
  EXPECT_THROW(model.explain(films, Lime{.samples = 0}), Error);
}

}  // namespace
}  // namespace limn::result_test
