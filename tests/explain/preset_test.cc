// Presets, compared with the systems after which they are named (tools/make_preset_cases.py), and properties of all
// presets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "explain/games.h"
#include "explain/golden_folder.h"
#include "limn/limn.h"

namespace limn {
namespace {

namespace fs = std::filesystem;
using golden::Json;
using testing::HasSubstr;

const fs::path folders = fs::path(LIMN_SOURCE_DIR) / "tests/golden";

const Model& model_of(const std::string& name) {
  static std::map<std::string, Model> loaded;
  const auto found = loaded.find(name);
  return found != loaded.end() ? found->second : loaded.emplace(name, Model::load(folders / name)).first->second;
}

/// Returns the preset as --preset selects it.
struct Chosen {
  Method method;
  ExplainOptions options;
};

Chosen choose(const std::string& name, Task task) {
  const Preset& known = preset(name, task);
  Chosen chosen = {.method = known.method, .options = {}};
  chosen.options.unit = known.unit.value_or(Unit::word);
  chosen.options.word_score = known.word_score;
  return chosen;
}

/// Returns the scores of all tokens; if there are two explanations, those of the requested one.
std::vector<double> scores_of(const Json& row, const Chosen& chosen, std::size_t which = 0) {
  const Model& model = model_of(row["model"]);
  const Json golden_case = golden::cases(folders / row["model"])[row["case"].get<std::size_t>()];
  ExplainOptions options = chosen.options;
  const bool places_itself = row.contains("start");
  if (!places_itself) options.target = golden::target_of(golden_case["target"]);
  const std::vector<Explanation> why =
      model.explain_all(golden::input_of(golden_case["input"]), chosen.method, options);
  EXPECT_EQ(why.size(), places_itself ? 2u : 1u);
  return golden::scores(why.at(which));
}

template <class Change>
Chosen changed(Chosen chosen, const Change& change) {
  std::visit(change, chosen.method);
  return chosen;
}

// ---- comparison with the systems -----------------------------------------------------------------------

TEST(Preset, ScoresEqualTheSystem) {
  std::set<std::string> tested;
  for (const Json& row : cases_of("presets")) {
    if (row.contains("errors")) continue;
    const std::string name = row["preset"];
    tested.insert(name);
    Chosen chosen = choose(name, model_of(row["model"]).info().task);
    if (auto* const sampling = std::get_if<ShapleySampling>(&chosen.method)) sampling->exact = true;
    const auto expect = [&](const std::vector<double>& expected, std::size_t which) {
      // Single precision against double: relative to the largest score, as in the golden tests.
      EXPECT_LE(golden::distance(scores_of(row, chosen, which), expected), 1e-4 * golden::largest(expected))
          << name << ", " << row["model"] << ", case " << row["case"];
    };
    if (row.contains("start")) {
      expect(row["start"], 0);
      expect(row["end"], 1);
    } else {
      expect(row["scores"], 0);
    }
  }
  EXPECT_EQ(tested.size(), 20u);
}

TEST(Preset, SampledMeansEqualTheSystem) {
  for (const Json& row : cases_of("presets")) {
    if (!row.contains("errors")) continue;
    const std::string name = row["preset"];
    const auto draws = row["draws"].get<std::size_t>();
    Chosen chosen = choose(name, model_of(row["model"]).info().task);
    std::vector<double> found;
    if (std::holds_alternative<SmoothGrad>(chosen.method)) {
      std::get<SmoothGrad>(chosen.method).samples = draws;
      found = scores_of(row, chosen);
    } else {
      for (std::size_t seed = 0; seed < draws; ++seed) {
        std::get<Lime>(chosen.method).seed = seed;
        const std::vector<double> scores = scores_of(row, chosen);
        found.resize(scores.size(), 0.);
        for (std::size_t i = 0; i < scores.size(); ++i) found[i] += scores[i] / static_cast<double>(draws);
      }
    }
    // Both sides are means over equally many draws: five standard deviations of their difference.
    const std::vector<double> expected = row["scores"], errors = row["errors"];
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_NEAR(found[i], expected[i], 5 * std::sqrt(2) * errors[i] + 1e-4 * golden::largest(expected))
          << name << ", " << row["model"] << ", token " << i;
  }
}

TEST(Preset, CaptumShapleySamplesApproachTheExactValues) {
  for (const Json& row : cases_of("presets")) {
    if (row["preset"] != "captum-shapley") continue;
    const Chosen chosen = choose("captum-shapley", model_of(row["model"]).info().task);
    const std::vector<double> expected = row["scores"];
    std::vector<double> mean(expected.size(), 0.);
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      const auto scores = scores_of(row, changed(chosen, [&](auto& method) {
                                      if constexpr (requires { method.permutations; }) method.seed = seed;
                                    }));
      for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += scores[i] / 100;
    }
    // 2,500 orders, whose contributions have a standard deviation of about the largest value: 1/50 of it, five times.
    EXPECT_LE(golden::distance(mean, expected), 0.1 * golden::largest(expected));
  }
}

// The systems whose scores are among the golden values.
TEST(Preset, ScoresEqualTheGoldenValues) {
  const std::map<std::string, std::string> fields = {{"seed-qa", "onehot_l2_max"},
                                                     {"seed-classification", "onehot_l2_max"},
                                                     {"neuralqa", "onehot_l2_max"},
                                                     {"captum-lig", "ig"},
                                                     {"allennlp-simple", "allennlp_simple"},
                                                     {"allennlp-ig", "allennlp_ig"},
                                                     {"koren-v-simple", "allennlp_simple"},
                                                     {"lit-grad-l2", "lit_grad_l2"},
                                                     {"inseq", "lit_grad_l2"}};
  std::set<std::string> compared;
  for (const fs::path& folder : golden::folders("golden")) {
    const std::string model = folder.filename().string();
    for (const auto& [name, field] : fields) {
      const Task task = model_of(model).info().task;
      const auto& tasks = preset(name).tasks;
      if (!tasks.empty() && std::find(tasks.begin(), tasks.end(), task) == tasks.end()) continue;
      const Json cases = golden::cases(folder);
      // The golden values are taken at the word embeddings, even for families with another default layer.
      const Chosen chosen = changed(choose(name, task), [](auto& method) {
        if constexpr (requires { method.layer->number; }) method.layer = Layer::word();
      });
      for (std::size_t i = 0; i < cases.size(); ++i) {
        if (!cases[i]["explanations"].contains(field))
          continue;  // DeBERTa, ModernBERT: products with the word embedding are zero
        compared.insert(name);
        const std::vector<double> expected = cases[i]["explanations"][field],
                                  gradient = cases[i]["explanations"]["gradient_l2"];
        const double scale = std::max(golden::largest(expected), field == "ig" ? 0.01 * golden::largest(gradient) : 0.);
        EXPECT_LE(golden::distance(scores_of({{"model", model}, {"case", i}}, chosen), expected), 1e-4 * scale)
            << name << ", " << model << ", case " << i;
      }
    }
  }
  EXPECT_EQ(compared.size(), fields.size());
}

// ---- axioms ----------------------------------------------------------------------------------------------

const std::map<Task, std::string> model_of_task = {{Task::question_answering, "minilm-l6-qa"},
                                                   {Task::sequence_classification, "minilm-l6-sentiment"},
                                                   {Task::token_classification, "minilm-l6-ner"}};

TEST(Preset, NormalizesScores) {
  for (const auto& [task, folder] : model_of_task) {
    const Model model = Model::load(fs::path(LIMN_SOURCE_DIR) / "models" / folder);
    Input input = {.text = "George Washington loved a gorgeous, unglamorous film about Mount Vernon.", .pair = {}};
    if (task == Task::question_answering) input = {.text = "What did Washington love?", .pair = input.text};
    for (const Preset& each : presets()) {
      if (!each.tasks.empty() && std::find(each.tasks.begin(), each.tasks.end(), task) == each.tasks.end()) continue;
      Chosen chosen = choose(std::string(each.name), task);
      const auto normalizer = std::visit([](const auto& method) { return method.normalize; }, each.method);
      if (normalizer == Normalize::none) continue;
      for (const Explanation& why : model.explain_all(input, chosen.method, chosen.options)) {
        double sum = 0, squares = 0, largest = 0;
        for (const Token& token : why.tokens) {
          sum += std::abs(token.score);
          squares += token.score * token.score;
          largest = std::max(largest, std::abs(token.score));
        }
        const double size = normalizer == Normalize::l1   ? sum
                            : normalizer == Normalize::l2 ? std::sqrt(squares)
                                                          : largest;
        EXPECT_NEAR(size, 1, 1e-9) << each.name << ", " << folder;
      }
    }
  }
}

// Without noise all draws are the input: SmoothGrad is the gradient, SquareGrad its square, VarGrad zero.
TEST(Preset, SmoothEqualsSimpleWithoutNoise) {
  const Json row = {{"model", "bert-cls"}, {"case", 0}};
  const Task task = Task::sequence_classification;
  const auto still = [](Chosen chosen) {
    return changed(std::move(chosen), [](auto& method) {
      if constexpr (requires { method.sigma; }) method.sigma = 0;
    });
  };
  const std::vector<double> saliency = scores_of(row, choose("interpreto-saliency", task));
  std::vector<double> squares;
  for (const double score : saliency) squares.push_back(score * score);
  const double tolerance = 1e-5 * golden::largest(saliency);  // single precision, summed in another order
  EXPECT_LE(golden::distance(scores_of(row, still(choose("interpreto-smoothgrad", task))), saliency), tolerance);
  EXPECT_LE(golden::distance(scores_of(row, still(choose("interpreto-squaregrad", task))), squares),
            2e-5 * golden::largest(squares));
  EXPECT_LE(golden::largest(scores_of(row, still(choose("interpreto-vargrad", task)))),
            1e-12 * golden::largest(squares));

  for (const char* name : {"allennlp-smooth", "koren-v-smooth"}) {
    const std::vector<double> found = scores_of(row, still(choose(name, task)));
    const std::vector<double> gradient = scores_of(row, {.method = Gradient{.explain = Scalar::loss,
                                                                            .layer = Layer::embeddings(),
                                                                            .reduce = Reduce::sum,
                                                                            .normalize = Normalize::l1,
                                                                            .absolute = true},
                                                         .options = {}});
    EXPECT_LE(golden::distance(found, gradient), 1e-5 * golden::largest(gradient)) << name;
  }
}

TEST(Preset, LitKeepsSpecialTokens) {
  const Chosen chosen = choose("lit-ig", Task::sequence_classification);
  const Explanation why =
      model_of("bert-pair").explain("A man is eating.", "Someone has a meal.", chosen.method, chosen.options);
  for (const Token& token : why.tokens) EXPECT_EQ(token.score == 0, token.special) << token.token;
}

// ---- names and tasks -------------------------------------------------------------------------------------

TEST(Preset, RejectsUnsupportedTasks) {
  const auto parts_of = [](std::string_view name, std::optional<Task> task) -> Error::Parts {
    try {
      preset(name, task);
    } catch (const Error& error) {
      return error.parts();
    }
    ADD_FAILURE() << name;
    return {};
  };
  const auto wrong_task = parts_of("seed-qa", Task::sequence_classification);
  EXPECT_EQ(wrong_task.found, "'seed-qa' for a model of sequence-classification");
  EXPECT_EQ(wrong_task.expected, "a model of question-answering");
  EXPECT_THAT(wrong_task.hint, HasSubstr("allennlp-simple"));
  EXPECT_THAT(wrong_task.hint, testing::Not(HasSubstr("neuralqa")));
  EXPECT_EQ(parts_of("ferret-gxi", Task::question_answering).expected,
            "a model of sequence-classification, token-classification");

  const auto unknown = parts_of("captum", {});
  EXPECT_EQ(unknown.found, "'captum'");
  EXPECT_THAT(unknown.expected, HasSubstr("captum-lig"));
  EXPECT_THAT(parts_of("textualheatmap", {}).hint, HasSubstr("masked language model"));
}

TEST(Preset, OneNameCanHaveAMethodPerTask) {
  const auto scalar = [](Task task) {
    return std::get<IntegratedGradients>(preset("transformers-interpret", task).method).explain;
  };
  EXPECT_EQ(scalar(Task::question_answering), Scalar::max_logit);
  EXPECT_EQ(scalar(Task::token_classification), Scalar::probability);
}

TEST(Preset, LargestLogitsHavePositions) {
  const Model& model = model_of("bert-qa");
  const std::string question = "Who won?", context = "Denver beat Carolina 24-10.";
  const IntegratedGradients method = {.explain = Scalar::max_logit, .steps = 5};
  ExplainOptions options;
  options.raw = true;
  const auto both = model.explain_all({.text = question, .pair = context}, method, options);
  ASSERT_EQ(both.size(), 2u);
  const auto start = both[0].logits.at("start"), end = both[0].logits.at("end");
  const auto first = std::max_element(start.begin(), start.end()), last = std::max_element(end.begin(), end.end());
  EXPECT_EQ(both[0].target.start_token, static_cast<std::size_t>(first - start.begin()));
  EXPECT_EQ(both[1].target.end_token, static_cast<std::size_t>(last - end.begin()));
  EXPECT_FALSE(both[0].target.end_token || both[1].target.start_token);
  EXPECT_EQ(both[0].target.explain, "max-logit");
  EXPECT_NEAR(both[0].value, *first, 1e-5);
  EXPECT_NEAR(both[1].value, *last, 1e-5);
  EXPECT_NEAR(model.explain(question, context, method).value, *first + *last, 1e-5);

  options.target = "1:2";
  EXPECT_THROW(model.explain(question, context, method, options), Error);
  EXPECT_THROW(model_of("bert-cls").explain("ok", Gradient{.explain = Scalar::max_logit}), Error);
}

}  // namespace
}  // namespace limn
