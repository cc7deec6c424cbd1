// A Watch can cancel any call between two passes through the model.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "limn/limn.h"

namespace limn::watch_test {
namespace {

Model golden(const std::string& folder) {
  return Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests" / folder);
}

const Model& classifier() {
  static const Model model = golden("golden/bert-cls");
  return model;
}

/// 72 tokens: a few perturbed inputs of this length exceed one pass.
std::string long_text() {
  std::string text;
  for (int i = 0; i < 70; ++i) text += i % 2 == 0 ? "good " : "film ";
  return text;
}

const std::map<std::string, Method> methods = {
    {"gradient", Gradient{}},
    {"gradient-x-input", GradientXInput{}},
    {"smoothgrad", SmoothGrad{}},
    {"squaregrad", SmoothGrad{.statistic = SmoothGrad::Statistic::square}},
    {"vargrad", SmoothGrad{.statistic = SmoothGrad::Statistic::variance}},
    {"integrated-gradients", IntegratedGradients{.steps = 300}},
    {"sequential-integrated-gradients", IntegratedGradients{.steps = 3, .sequential = true}},
    {"expected-gradients", ExpectedGradients{.background = {"a bad film", "a good end"}, .samples = 30}},
    {"gradcam", GradCam{}},
    {"occlusion", Occlusion{}},
    {"lime", Lime{.samples = 50}},
    {"kernel-shap", KernelShap{.samples = 200}},
    {"shapley", ShapleySampling{.permutations = 2}},
    {"partition-shap", PartitionShap{.evaluations = 100}},
    {"rise", Rise{.samples = 50}},
    {"sobol", Sobol{.samples = 2}},
    {"attention", Attention{}},
    {"rollout", AttentionRollout{}},
    {"grad-attention", GradientAttention{}}};

/// Runs `call` to its end, then cancels it before each of its passes in turn (of many passes, before some). The model
/// checks the watch before each pass (tests/model/passes_test.cc), so a pass that ran after the cancellation would have
/// been counted.
/// @return the number of passes of the whole call.
std::size_t cancel_everywhere(const std::function<void(const Watch&)>& call) {
  std::size_t passes = 0;
  Watch counting;
  counting.cancelled = [&] {
    ++passes;
    return false;
  };
  call(counting);
  std::size_t ends = 0;
  for (std::size_t end = 0; end < passes; end += 1 + passes / 10) {
    std::size_t asked = 0;
    Watch ending;
    ending.cancelled = [&] { return asked++ == end; };
    EXPECT_THROW(call(ending), Cancelled);
    EXPECT_EQ(asked, end + 1) << "a pass ran after the call was cancelled";
    ++ends;
  }
  EXPECT_GE(ends, std::min<std::size_t>(passes, 5));
  return passes;
}

TEST(Cancelling, EndsEachMethodBetweenItsPasses) {
  std::set<std::string> names;
  std::set<std::size_t> kinds;
  for (const auto& [name, method] : methods) {
    SCOPED_TRACE(name);
    names.insert(classifier().explain("a good film", method).method.name);
    kinds.insert(method.index());
    const std::size_t passes = cancel_everywhere(
        [&, &method = method](const Watch& watch) { classifier().explain(long_text(), method, {}, watch); });
    EXPECT_GE(passes, 2u);  // at least one to predict and one to explain, or one forward and one backward
  }
  EXPECT_EQ(names.size(), 19u);
  EXPECT_EQ(kinds.size(), std::variant_size_v<Method> - 1);  // the optimal order is for short texts
}

TEST(Cancelling, EndsEveryOtherCall) {
  const std::vector<Input> inputs(20, Input{.text = long_text(), .pair = {}});
  // Three texts of 72 rows to a pass of 256.
  EXPECT_EQ(cancel_everywhere([&](const Watch& watch) { classifier().predict(inputs, {}, watch); }), 7u);
  EXPECT_GE(cancel_everywhere([&](const Watch& watch) { classifier().explain(inputs, Gradient{}, {}, watch); }), 2u);
  const Model tagger = golden("golden/bert-token");
  const std::vector<std::vector<std::string>> sentences(40, std::vector<std::string>(40, "Ann"));
  EXPECT_GE(cancel_everywhere([&](const Watch& watch) { tagger.predict_words(sentences, {}, watch); }), 2u);
  const Input input = {.text = "a good film with a bad end", .pair = {}};
  EXPECT_GE(cancel_everywhere([&](const Watch& watch) { classifier().hotflip(input, {}, watch); }), 3u);
  EXPECT_GE(cancel_everywhere([&](const Watch& watch) { classifier().reduce_input(input, {}, watch); }), 5u);
  EXPECT_GE(cancel_everywhere([&](const Watch& watch) { classifier().attention(input, {}, watch); }), 3u);
  const Model filler = golden("golden-mlm/bert-mlm");
  EXPECT_GE(cancel_everywhere([&](const Watch& watch) { filler.heatmap(input, {}, watch); }), 2u);
  const Input masked = {.text = "a [MASK] film", .pair = {}};
  EXPECT_GE(cancel_everywhere([&](const Watch& watch) { filler.predict(masked, {}, watch); }), 1u);
}

TEST(Cancelling, CancelledIsNotAnError) { EXPECT_FALSE((std::is_base_of_v<Error, Cancelled>)); }

// The windows are counted as they are read; their number is that of the notice.
TEST(Watch, ReadingALongTextReportsItsWindows) {
  const Model reader = golden("golden/bert-qa");
  const Input input = {.text = "Who came?", .pair = long_text() + long_text() + long_text() + long_text()};
  const PredictOptions options = {.max_length = 64, .stride = 16};
  std::vector<std::pair<std::size_t, std::size_t>> reports;
  const Watch watch = {.progress = [&](std::size_t done, std::size_t total) { reports.emplace_back(done, total); }};
  reader.predict(input, options, watch);
  // By hand: 280 words are as many tokens; the question, [CLS] and two [SEP] leave `room` in a window.
  const std::size_t room = 64 - reader.tokenize({.text = "Who came?", .pair = {}}).tokens.size() - 1;
  const std::size_t windows = 1 + (280 - room + room - 16 - 1) / (room - 16);
  ASSERT_EQ(reports.size(), windows);
  for (std::size_t i = 0; i < windows; ++i) EXPECT_EQ(reports[i], std::pair(i + 1, windows));
  reports.clear();
  const Input fits = {.text = "Who came?", .pair = "A good film."};
  reader.predict(fits, options, watch);
  EXPECT_TRUE(reports.empty());  // there is nothing to wait for
}

// The same of a text to classify, which is also explained window by window, and cancelled everywhere.
TEST(Watch, ClassifyingALongTextReportsItsWindows) {
  const Input input = {.text = long_text() + long_text(), .pair = {}};
  const ExplainOptions options = {.reading = {.max_length = 50, .stride = 20}};
  const std::size_t tokens = classifier().tokenize(input).tokens.size() + classifier().tokenize(input).cut_tokens - 2;
  const std::size_t windows = 1 + (tokens - 48 + 28 - 1) / 28;  // of 48 tokens, each 28 after the one before
  std::vector<std::pair<std::size_t, std::size_t>> reports;
  const Watch watch = {.progress = [&](std::size_t done, std::size_t total) { reports.emplace_back(done, total); }};
  for (const bool explains : {false, true}) {
    reports.clear();
    if (explains)
      classifier().explain(input, Gradient{}, options, watch);
    else
      classifier().predict(input, options.reading, watch);
    ASSERT_EQ(reports.size(), windows);
    for (std::size_t i = 0; i < windows; ++i) EXPECT_EQ(reports[i], std::pair(i + 1, windows));
  }
  EXPECT_GE(cancel_everywhere([&](const Watch& inner) { classifier().explain(input, Gradient{}, options, inner); }),
            windows);
}

// Entities are explained one after the other by methods of one pass, too; together, window by window.
TEST(Watch, ExplainingALongTaggedTextReportsItsEntities) {
  const Model tagger = Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "models/minilm-l6-ner");
  std::string text;
  for (int i = 0; i < 12; ++i) text += "On Monday, Barack Obama left Berlin. ";
  const Input input = {.text = text, .pair = {}};
  std::vector<std::pair<std::size_t, std::size_t>> reports;
  const Watch watch = {.progress = [&](std::size_t done, std::size_t total) { reports.emplace_back(done, total); }};
  ExplainOptions options = {.reading = {.max_length = 48, .stride = 8}};
  const std::size_t entities = std::get<EntityPrediction>(tagger.predict(input, options.reading)).entities.size();
  ASSERT_GT(entities, 1u);
  for (const bool document : {false, true}) {
    options.document = document;
    reports.clear();
    const auto explanations = tagger.explain_all(input, Gradient{}, options, watch);
    ASSERT_EQ(explanations.size(), document ? 1 : entities);
    const std::size_t total = document ? explanations.front().document.value().explained.size() : entities;
    ASSERT_FALSE(reports.empty());
    EXPECT_EQ(reports.back(), std::pair(total, total));
    for (std::size_t i = 0; i < reports.size(); ++i) {
      EXPECT_EQ(reports[i].second, total);
      if (i > 0) EXPECT_GT(reports[i].first, reports[i - 1].first);
    }
  }
}

}  // namespace
}  // namespace limn::watch_test
