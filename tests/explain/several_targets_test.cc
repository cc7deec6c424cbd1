// Several targets of one text: one forward pass, and each backward pass serves as many targets as memory allows.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "explain/golden_folder.h"

namespace limn {
namespace {

class SeveralTargets : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Model, SeveralTargets,
                         testing::Values("models/minilm-l6-ner", "tests/golden/deberta-v2-token",
                                         "tests/golden/modernbert-token"),
                         [](const auto& info) {
                           return golden::test_name(std::filesystem::path(info.param).filename());
                         });

/// Returns the target of an entity's explanation in the syntax of the option `target`.
std::string target_of(const Explanation& why) {
  return std::to_string(why.target.start_token.value()) + ":" + std::to_string(why.target.index.value());
}

TEST_P(SeveralTargets, EqualSeparateExplanations) {
  const std::filesystem::path folder = std::filesystem::path(LIMN_SOURCE_DIR) / GetParam();
  const Model model = Model::load(folder);
  const Input input = {.text = "Alexander was born in Pella and Ada Lovelace lived in London with Anna of Rome.",
                       .pair = {}};
  for (const Method& method :
       {Method(Gradient{}), Method(GradientXInput{}), Method(Gradient{.layer = {1}, .reduce = Reduce::l2})}) {
    const std::vector<Explanation> together = model.explain_all(input, method);
    ASSERT_GE(together.size(), 2u);
    for (const Explanation& why : together) {
      ExplainOptions options;
      options.target = target_of(why);
      const Explanation alone = model.explain(input, method, options);
      const std::vector<double> expected = golden::scores(alone);
      // The same sums in the same order, but possibly with another kernel of the product: float32 rounding.
      EXPECT_LE(golden::distance(golden::scores(why), expected), 1e-5 * golden::largest(expected)) << target_of(why);
    }
  }
}

}  // namespace
}  // namespace limn
