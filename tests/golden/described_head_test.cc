// From text to explanation: models of a user's own class, described in config.json, and families whose gradients are
// taken at the output of the embedding block. tools/make_family_golden.py computes PyTorch's numbers.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "limn/limn.h"

namespace limn {
namespace {

using Json = nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class FamilyFolder : public testing::TestWithParam<const char*> {
 protected:
  std::filesystem::path folder_ = std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden-families" / GetParam();
  Model model_ = Model::load(folder_);
  Json cases_ = Json::parse(std::ifstream(folder_ / "cases.json"))["cases"];

  Explanation explain(const Json& row, const Method& method) const {
    ExplainOptions options;
    const Json& target = row["target"];
    options.target = target.is_number() ? target.dump() : target[0].dump() + ":" + target[1].dump();
    options.raw = true;
    return model_.explain(Input{.text = row["input"]["text"], .pair = {}}, method, options);
  }
};

void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double share) {
  ASSERT_EQ(found.size(), expected.size());
  double largest = 0;
  for (const double number : expected) largest = std::max(largest, std::abs(number));
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], share * largest);
}

std::vector<double> scores(const Explanation& why) {
  std::vector<double> result;
  for (const Token& token : why.tokens) result.push_back(token.score);
  return result;
}

std::vector<double> numbers(const Json& json) {
  std::vector<double> result;
  for (const Json& part : json) {
    if (part.is_number())
      result.push_back(part);
    else
      for (const double number : part) result.push_back(number);
  }
  return result;
}

class OwnHead : public FamilyFolder {};
INSTANTIATE_TEST_SUITE_P(, OwnHead, testing::Values("own-mean", "own-max", "own-first", "own-token"),
                         [](const auto& info) { return std::string(info.param).substr(4); });

TEST_P(OwnHead, MatchesPyTorch) {
  EXPECT_EQ(model_.info().task,
            std::string(GetParam()) == "own-token" ? Task::token_classification : Task::sequence_classification);
  for (const Json& row : cases_) {
    const Explanation why = explain(row, Gradient{.reduce = Reduce::l2, .normalize = Normalize::none});
    expect_near(why.logits.at("logits"), numbers(row["logits"]), 1e-5);
    expect_near(scores(why), numbers(row["explanations"]["gradient_l2"]), 1e-4);
    const Explanation products = explain(row, GradientXInput{});
    expect_near(scores(products), numbers(row["explanations"]["grad_x_input"]), 1e-4);
    EXPECT_EQ(products.method.layer, "word");
    EXPECT_THAT(products.warnings, IsEmpty());
  }
}

class WordsAlone : public FamilyFolder {};
INSTANTIATE_TEST_SUITE_P(, WordsAlone, testing::Values("deberta-v2-text", "modernbert-text"),
                         [](const auto& info) { return info.param[0] == 'd' ? "deberta" : "modernbert"; });

const char* const note = "this model normalises each word embedding separately";

TEST_P(WordsAlone, ProductsUseTheEmbeddingBlockOutput) {
  for (const Json& row : cases_) {
    const Json& expected = row["explanations"];
    const Explanation products = explain(row, GradientXInput{});
    expect_near(scores(products), numbers(expected["embeddings_grad_x_input"]), 1e-4);
    const Explanation path = explain(row, IntegratedGradients{.steps = 50});
    expect_near(scores(path), numbers(expected["embeddings_ig"]), 1e-4);
    // Without noise, SmoothGrad equals the gradient.
    const Explanation smooth = explain(row, SmoothGrad{.samples = 1, .sigma = 0});
    expect_near(scores(smooth), numbers(expected["embeddings_gradient_l2"]), 1e-4);
    for (const Explanation& why : {products, path, smooth}) {
      EXPECT_EQ(why.method.layer, "embeddings");
      EXPECT_THAT(why.warnings, Contains(HasSubstr(note)));
    }
  }
}

TEST_P(WordsAlone, WordEmbeddingsAreAvailable) {
  for (const Json& row : cases_) {
    const Json& expected = row["explanations"];
    const Explanation gradient = explain(row, Gradient{.reduce = Reduce::l2, .normalize = Normalize::none});
    expect_near(scores(gradient), numbers(expected["gradient_l2"]), 1e-4);
    const Explanation onehot = explain(row, Gradient{});
    const Explanation smooth = explain(row, SmoothGrad{.layer = Layer::word(), .samples = 1, .sigma = 0});
    expect_near(scores(smooth), numbers(expected["gradient_l2"]), 1e-4);
    for (const Explanation& why : {gradient, onehot, smooth}) {
      EXPECT_EQ(why.method.layer, "word");
      EXPECT_THAT(why.warnings, Not(Contains(HasSubstr(note))));
    }
  }
}

}  // namespace
}  // namespace limn
