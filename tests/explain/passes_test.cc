// Memory: the number of perturbed inputs in one pass is limited, independent of the number that a method requests.
#include "explain/passes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "explain/golden_folder.h"
#include "model/passes.h"

namespace limn {
namespace {

class Passes : public testing::Test {
 protected:
  Passes()
      : explainer_(load_pipeline(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden/bert-cls")),
        input_{.text = text(), .pair = {}},
        encodings_(read_input(explainer_.pipeline(), input_, {})) {}

  static std::string text() {
    std::string words;
    for (int i = 0; i < 70; ++i) words += "film ";
    return words;
  }
  Subject subject() const {
    return {.explainer = explainer_,
            .encoding = encodings_.front(),
            .target = target_,
            .text = input_.text,
            .pair = {},
            .options = options_,
            .watch = watch_};
  }

  Explainer explainer_;
  Input input_;
  std::vector<Encoding> encodings_;
  Target target_{.picks = {{0, 0}}};
  ExplainOptions options_;
  Watch watch_;
};

TEST_F(Passes, LimitThePerturbedInputsInMemory) {
  constexpr std::size_t count = 1000;
  const std::size_t tokens = encodings_.front().size();
  ASSERT_EQ(tokens, 72u);
  const std::size_t most_rows = std::max(tokens, traced_rows(explainer_.pipeline().checkpoint.config().encoder));
  std::size_t filled = 0, taken = 0, most = 0;
  for_each_gradient(
      subject(), Layer::word(), count,
      [&](std::size_t i, View perturbed) {
        EXPECT_EQ(i, filled++);
        EXPECT_EQ(perturbed.rows, tokens);
        for (std::size_t t = 0; t < perturbed.rows; ++t) std::fill_n(perturbed.row(t), perturbed.columns, 0.f);
        most = std::max(most, filled - taken);
      },
      [&](std::size_t i, double, View) { EXPECT_EQ(i, taken++); });
  EXPECT_EQ(filled, count);
  EXPECT_EQ(taken, count);
  EXPECT_LE(most * tokens, most_rows);
  EXPECT_LT(most, count / 2);
}

TEST_F(Passes, TracedPassesHaveAMemoryBudget) {
  // BERT-base and BERT-large: 48 MB of trace, or 128 rows, or one text.
  EncoderConfig config = explainer_.pipeline().checkpoint.config().encoder;
  for (const auto& [hidden_size, layers] : {std::pair<std::size_t, std::size_t>{768, 12}, {1024, 24}}) {
    config.hidden_size = config.embedding_size = hidden_size;
    config.intermediate_size = 4 * hidden_size;
    config.layers = layers;
    const std::size_t floats =
        hidden_size + layers * (3 * hidden_size + 2 * hidden_size + 4 * hidden_size);  // qkv, two norms, derivatives
    EXPECT_EQ(trace_floats_a_row(config), floats);
    EXPECT_LE(traced_rows(config), std::max<std::size_t>(128, (48u << 20) / (4 * floats)));
    EXPECT_GE(traced_rows(config), 128u);
  }
}

}  // namespace
}  // namespace limn
