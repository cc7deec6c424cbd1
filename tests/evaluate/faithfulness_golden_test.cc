// Faithfulness of the tiny models' explanations, compared with PyTorch in float64 (tests/golden/*/faithfulness.json).
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "evaluate/faithfulness.h"
#include "explain/coalitions.h"
#include "explain/games.h"
#include "explain/golden_folder.h"
#include "explain/perturbation.h"
#include "explain/shapley.h"

namespace limn::golden {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> faithfulness_folders() {
  std::vector<fs::path> result;
  for (const fs::path& folder : folders("golden"))
    if (fs::exists(folder / "faithfulness.json")) result.push_back(folder);
  return result;
}

class FaithfulnessGoldenTest : public testing::TestWithParam<fs::path> {
 protected:
  const Json cases_ = Json::parse(std::ifstream(GetParam() / "faithfulness.json"))["cases"];
};

INSTANTIATE_TEST_SUITE_P(Folder, FaithfulnessGoldenTest, testing::ValuesIn(faithfulness_folders()),
                         [](const auto& info) { return test_name(info.param); });

TEST(FaithfulnessGolden, CoversEveryFamily) { EXPECT_EQ(faithfulness_folders().size(), 11u); }

/// Expects a number of the metrics, relative to its own size if that is above 1; null where PyTorch has null.
void expect_metric(const std::optional<double>& found, const Json& expected, double tolerance,
                   const std::string& name) {
  ASSERT_EQ(found.has_value(), !expected.is_null()) << name;
  if (!found) return;
  EXPECT_NEAR(*found, expected.get<double>(), tolerance * std::max(1., std::abs(expected.get<double>()))) << name;
}

void expect_metrics(const FaithfulnessMetrics& found, const Json& expected, double tolerance) {
  const auto expect = [&](const char* name, const std::optional<double>& value) {
    expect_metric(value, expected[name], tolerance, name);
  };
  expect("comprehensiveness", found.comprehensiveness);
  expect("sufficiency", found.sufficiency);
  expect("normalised_comprehensiveness", found.normalised_comprehensiveness);
  expect("normalised_sufficiency", found.normalised_sufficiency);
  expect("deletion", found.deletion);
  expect("insertion", found.insertion);
  expect("loo_kendall", found.loo_kendall);
  expect("infidelity", found.infidelity);
  const Json& eraser = expected["eraser"];
  EXPECT_LE(distance(found.eraser.comprehensiveness, eraser["comprehensiveness"]), tolerance);
  EXPECT_LE(distance(found.eraser.sufficiency, eraser["sufficiency"]), tolerance);
  EXPECT_NEAR(found.eraser.aopc_comprehensiveness, eraser["aopc_comprehensiveness"], tolerance);
  EXPECT_NEAR(found.eraser.aopc_sufficiency, eraser["aopc_sufficiency"], tolerance);
  ASSERT_EQ(found.sensitivity_n.size(), expected["sensitivity_n"].size());
  for (std::size_t k = 0; k < found.sensitivity_n.size(); ++k)
    expect_metric(found.sensitivity_n[k], expected["sensitivity_n"][k], tolerance, "sensitivity_n");
}

/// The game whose values are PyTorch's.
Game table_of(const Json& row) {
  return game_of(
      row["words"].size(),
      [p = row["p"].get<std::vector<double>>()](const Mask& mask) {
        std::size_t bits = 0;
        for (std::size_t u = 0; u < mask.size(); ++u) bits |= std::size_t{mask[u]} << u;
        return p.at(bits);
      });
}

TEST_P(FaithfulnessGoldenTest, MetricsOfPyTorchsTables) {
  constexpr double tolerance = 1e-8;  // the file has ten digits
  std::size_t methods = 0;
  for (const Json& row : cases_) {
    Game game = table_of(row);
    const RemovalBounds bounds = removal_bounds(game, 1);
    const Removals removals = removals_of(game, 0);
    EXPECT_NEAR(bounds.upper, row["upper"], tolerance);
    EXPECT_NEAR(bounds.lower, row["lower"], tolerance);
    EXPECT_EQ(bounds.best_order, row["best_order"].get<std::vector<std::size_t>>());
    EXPECT_EQ(bounds.worst_order, row["worst_order"].get<std::vector<std::size_t>>());
    EXPECT_LE(distance(exact_shapley(game), row["methods"]["shapley"]["scores"]), tolerance);
    for (const auto& [name, expected] : row["methods"].items()) {
      SCOPED_TRACE(name + ": " + row["text"].get<std::string>());
      const std::vector<double> scores = expected["scores"];
      EXPECT_EQ(order_by(scores), expected["order"].get<std::vector<std::size_t>>());
      expect_metrics(measure(game, scores, bounds, &removals), expected, tolerance);
      ++methods;
    }
  }
  EXPECT_GE(methods, 30u);
}

TEST_P(FaithfulnessGoldenTest, TablesOfTheModel) {
  const Explainer explainer(load_pipeline(GetParam()));
  std::size_t checked = 0;
  for (const Json& row : cases_) {
    const ExplainOptions options;
    for_each_subject(explainer, {.text = row["text"], .pair = std::nullopt}, options, Scalar::probability, false, {},
                     nullptr, [&](const Subject& subject, const TargetInfo& target) {
                       EXPECT_EQ(target.index, row["target"].get<std::size_t>());
                       // PyTorch's words are those of the tokenizer, which may join punctuation to a word.
                       Game game = masking_game(subject, row["words"], Masking::mask);
                       EXPECT_LE(distance(coalition_values(game), row["p"]), 1e-5);
                       const RemovalBounds bounds = removal_bounds(game, 1);
                       EXPECT_NEAR(bounds.upper, row["upper"], 1e-5);
                       EXPECT_NEAR(bounds.lower, row["lower"], 1e-5);
                       ++checked;
                     });
  }
  EXPECT_EQ(checked, 5u);
}

/// PyTorch's names of the methods, and the options with which the same scores are computed here.
const std::map<std::string, ListedMethod>& golden_methods() {
  static const std::map<std::string, ListedMethod> methods = [] {
    ChosenMethod gradient = Gradient{.normalize = Normalize::none};
    gradient.word_score = WordScore::absmax;
    std::map<std::string, ListedMethod> result = {
        {"gradient_onehot", {"gradient", gradient}},
        {"grad_x_input", {"gradient-x-input", GradientXInput{}}},
        {"occlusion", {"occlusion", Occlusion{.explain = Scalar::probability}}},
        {"occlusion_logit", {"occlusion of the logit", Occlusion{}}},
        {"shapley", {"shapley", ShapleySampling{.explain = Scalar::probability, .exact = true}}},
        {"shapley_logit", {"kernel-shap", KernelShap{}}}};
    return result;
  }();
  return methods;
}

TEST_P(FaithfulnessGoldenTest, MetricsOfTheModelsExplanations) {
  const Model model = Model::load(GetParam());
  std::vector<ListedMethod> methods;
  std::vector<std::string> names;
  for (const auto& [name, method] : golden_methods()) {
    if (!cases_[0]["methods"].contains(name)) continue;
    names.push_back(name);
    methods.push_back(method);
  }
  std::size_t measured = 0;
  for (const Json& row : cases_) {
    const auto found = model.faithfulness({{.text = row["text"], .pair = std::nullopt}}, methods).front();
    if (found->units.size() != row["words"].size()) continue;  // other words, see above
    EXPECT_NEAR(found->upper.value(), row["upper"], 1e-4);
    EXPECT_NEAR(found->lower.value(), row["lower"], 1e-4);
    for (std::size_t m = 0; m < names.size(); ++m) {
      SCOPED_TRACE(names[m] + ": " + row["text"].get<std::string>());
      const Json& expected = row["methods"][names[m]];
      const std::vector<double> scores = expected["scores"];
      EXPECT_LE(distance(found->methods[m].scores, scores), 1e-4 * std::max(1., largest(scores)));
      EXPECT_EQ(found->methods[m].order, expected["order"].get<std::vector<std::size_t>>());
      expect_metrics(found->methods[m].metrics, expected, 1e-4);
      ++measured;
    }
  }
  EXPECT_GE(measured, 3 * names.size());
}

}  // namespace
}  // namespace limn::golden
