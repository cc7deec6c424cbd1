// Masked language models, compared with PyTorch in float64 (tools/make_mlm_golden.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/golden_folder.h"
#include "task/pipeline.h"

namespace limn {
namespace {

using golden::Json;
using testing::HasSubstr;

class MaskedLm : public testing::TestWithParam<std::filesystem::path> {
 protected:
  MaskedLm() : model_(Model::load(GetParam())), cases_(golden::cases(GetParam())) {}

  static Input text_of(const Json& row) { return {.text = row["text"], .pair = {}}; }

  Model model_;
  Json cases_;
};

INSTANTIATE_TEST_SUITE_P(Folder, MaskedLm, testing::ValuesIn(golden::folders("golden-mlm")),
                         [](const auto& info) { return golden::test_name(info.param); });

TEST_P(MaskedLm, LogitsEqualPyTorch) {
  const Pipeline pipeline = load_pipeline(GetParam());
  const Watch watch;
  for (const Json& row : cases_) {
    const std::vector<Encoding> encodings = read_input(pipeline, text_of(row), {});
    const Mat logits = std::move(run(pipeline.encoder(watch), encodings).front());
    for (std::size_t i = 0; i < row["positions"].size(); ++i) {
      const std::vector<double> expected = row["logits"][i];
      const auto found = logits.view().row_span(row["positions"][i]);
      EXPECT_LE(golden::distance({found.begin(), found.end()}, expected), 1e-5 * golden::largest(expected));
    }
  }
}

TEST_P(MaskedLm, OwnLogitsEqualPyTorch) {
  for (const Json& row : cases_) {
    ExplainOptions options;
    options.raw = true;
    const Explanation why = model_.heatmap(text_of(row), options);
    const std::vector<double> expected = row["own"];
    EXPECT_LE(golden::distance(why.logits.at("own"), expected), 1e-5 * golden::largest(expected));
    double mean = 0;
    for (const double value : expected) mean += value / static_cast<double>(expected.size());
    EXPECT_NEAR(why.value, mean, 1e-5 * golden::largest(expected));
  }
}

TEST_P(MaskedLm, HeatmapEqualsPyTorch) {
  for (const Json& row : cases_) {
    const Explanation why = model_.heatmap(text_of(row));
    ASSERT_EQ(why.tokens.size(), row["ids"].size());
    ASSERT_EQ(why.heatmap.size(), row["ids"].size());
    for (std::size_t i = 0; i < why.heatmap.size(); ++i) {
      EXPECT_EQ(why.tokens[i].id, row["ids"][i].get<int>());
      EXPECT_LE(golden::distance(why.heatmap[i], row["heatmap"][i]), 1e-4) << "row " << i << " of " << row["text"];
      EXPECT_EQ(golden::largest(why.heatmap[i]), 1);
    }
  }
}

TEST_P(MaskedLm, ScoresAreMeansOverRows) {
  const Json& row = cases_[1];
  const Explanation why = model_.heatmap(text_of(row));
  std::vector<double> mean(why.tokens.size(), 0.);
  for (const std::vector<double> from : row["heatmap"])
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += from[j] / static_cast<double>(mean.size());
  EXPECT_LE(golden::distance(golden::scores(why), mean), 1e-4);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(why.prediction));
  EXPECT_EQ(why.method.preset, "textualheatmap");
  ASSERT_FALSE(why.words.empty());
  EXPECT_EQ(why.text_of(why.words[0]), "Macedonia");
}

TEST_P(MaskedLm, HeatmapDoesNotDependOnThreads) {
  set_threads(1);
  const auto one = model_.heatmap(text_of(cases_[1])).heatmap;
  set_threads(3);
  const auto three = model_.heatmap(text_of(cases_[1])).heatmap;
  set_threads(0);
  EXPECT_EQ(one, three);
}

TEST_P(MaskedLm, ReportsProgressPerBatch) {
  Watch watch;
  std::vector<std::size_t> done;
  watch.progress = [&](std::size_t now, std::size_t total) {
    EXPECT_EQ(total, cases_[0]["ids"].size());
    done.push_back(now);
  };
  model_.heatmap(text_of(cases_[0]), {}, watch);
  ASSERT_FALSE(done.empty());
  EXPECT_EQ(done.back(), cases_[0]["ids"].size());
}

TEST_P(MaskedLm, FillsEqualPyTorch) {
  PredictOptions options;
  options.top = 5;
  std::vector<Input> inputs;
  for (const Json& row : cases_)
    if (!row["fills"].empty()) inputs.push_back(text_of(row));
  const std::vector<Result<Prediction>> predictions = model_.predict(inputs, options);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto& masks = std::get<MaskPrediction>(predictions[i].value()).masks;
    const Json& fills = cases_[i]["fills"];
    ASSERT_EQ(masks.size(), fills.size());
    for (std::size_t m = 0; m < masks.size(); ++m) {
      EXPECT_EQ(inputs[i].text.substr(masks[m].begin, masks[m].end - masks[m].begin), "[MASK]");
      ASSERT_EQ(masks[m].fills.size(), 5u);
      for (std::size_t k = 0; k < 5; ++k) {
        EXPECT_EQ(masks[m].fills[k].id, fills[m][k][0].get<int>());
        EXPECT_NEAR(masks[m].fills[k].probability, fills[m][k][1].get<double>(), 1e-5);
      }
      EXPECT_EQ(model_.tokenize(inputs[i]).tokens[masks[m].token].token, "[MASK]");
    }
  }
}

TEST_P(MaskedLm, RejectsTextWithoutMask) {
  try {
    model_.predict(Input{.text = "Nothing is missing here.", .pair = {}});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().found, "no [MASK]");
    EXPECT_THAT(error.what(), HasSubstr("[MASK]"));
  }
}

TEST_P(MaskedLm, RejectsOtherMethods) {
  EXPECT_THROW(model_.explain("The [MASK] is here."), Error);
  EXPECT_THROW(model_.hotflip(Input{.text = "The film.", .pair = {}}), Error);
}

TEST(Heatmap, RejectsOtherTasks) {
  const Model model = Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden/bert-cls");
  try {
    model.heatmap({.text = "ok", .pair = {}});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().found, "sequence-classification");
  }
}

}  // namespace
}  // namespace limn
