#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "limn/write.h"
#include "markup.h"
#include "render/csv.h"
#include "render/html.h"
#include "render/json.h"
#include "render/terminal.h"

/// Explanations with arbitrary bytes as text, arbitrary offsets and scores. The output may be meaningless, but it must
/// be well formed, and nothing may be read out of bounds.

namespace limn {
namespace {

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}

  std::size_t below(std::size_t limit) { return engine_() % limit; }

  std::string text() {
    static constexpr const char* parts[] = {"a",    " ",    "\n",       "<b>",    "&amp;",   "\"", "'",      "\x1B[1m",
                                            "\x9B", "\xFF", "\xE2\x82", "漢",     "👩\u200D", "👧",  "\u0301", "\u202E",
                                            "🇫",    "\r",   "\u2028",   "\uFFFE", "]]>",     "--"};
    std::string result;
    for (std::size_t i = below(40); i > 0; --i) result += parts[below(std::size(parts))];
    if (below(4) == 0) result += '\0';
    return result;
  }

  double score() {
    static constexpr double unusual[] = {0,
                                         -0.0,
                                         1e300,
                                         -1e300,
                                         1e-310,
                                         std::numeric_limits<double>::infinity(),
                                         std::numeric_limits<double>::quiet_NaN()};
    if (below(3) == 0) return unusual[below(std::size(unusual))];
    return static_cast<double>(below(2000)) / 1000 - 1;
  }

  std::size_t offset() { return below(10) == 0 ? std::numeric_limits<std::size_t>::max() - below(3) : below(80); }

  Prediction prediction() {
    switch (below(4)) {
      case 0: {
        AnswerPrediction prediction;
        prediction.best = {below(2) ? text() : "", offset(), offset(), below(40), below(40), 0, score(), score()};
        prediction.answers = {prediction.best, prediction.best};
        prediction.null_probability = score();
        return prediction;
      }
      case 1:
        return LabelPrediction{text(),
                               below(9),
                               score(),
                               {{text(), score()}, {text(), score()}},
                               below(2) == 0 ? OutputMeaning::multi_label : OutputMeaning::classes,
                               {text(), text()}};
      case 2: {
        EntityPrediction prediction;
        for (std::size_t i = below(5); i > 0; --i)
          prediction.entities.push_back({text(), offset(), offset(), text(), score(), below(40), below(40)});
        for (std::size_t i = below(9); i > 0; --i) prediction.tokens.push_back({offset(), text(), score()});
        return prediction;
      }
      default:
        return {};
    }
  }

  Explanation explanation() {
    Explanation result;
    result.model = text();
    result.task = static_cast<Task>(below(4));
    result.text = text();
    if (below(2)) result.pair = text();
    result.prediction = prediction();
    result.target.explain = text();
    result.target.text = text();
    if (below(2)) result.target.label = text();
    if (below(2)) result.target.contrast = text();
    if (below(2)) result.target.start_token = offset();
    if (below(2)) result.target.end_token = offset();
    result.method.name = text();
    if (below(2)) result.method.preset = text();
    result.method.is_signed = below(2);
    result.value = score();
    if (below(2)) result.baseline_value = score();
    result.seconds = score();
    for (std::size_t i = below(20); i > 0; --i)
      result.tokens.push_back({text(), static_cast<std::int32_t>(below(99)),
                               below(4) ? std::optional<int>(below(3)) : std::nullopt, offset(), offset(), below(9),
                               below(2) == 0, score()});
    for (std::size_t i = below(20); i > 0; --i)
      result.words.push_back({offset(), offset(), score(), static_cast<int>(below(3))});
    if (below(2))
      result.logits = {{"start", {score(), score()}}, {"end", std::vector<double>(result.tokens.size(), score())}};
    if (below(2)) result.warnings = {text()};
    return result;
  }

 private:
  std::mt19937 engine_;
};

TEST(Robustness, RandomExplanations) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    Chance chance(seed);
    const std::vector<Explanation> explanations{chance.explanation(), chance.explanation()};
    ASSERT_EQ(markup::fault(to_html(explanations, chance.text()), {"meta"}), "");
    for (const Explanation& explanation : explanations) {
      ASSERT_EQ(markup::fault(to_svg(explanation)), "");
      ASSERT_TRUE(nlohmann::json::accept(to_json(explanation)));
      for (const ColorDepth depth :
           {ColorDepth::none, ColorDepth::ansi16, ColorDepth::ansi256, ColorDepth::true_color}) {
        const TerminalStyle style{depth, chance.below(100), chance.below(2) == 0, chance.below(2) == 0};
        for (const char byte : to_terminal(explanation, style))
          ASSERT_TRUE(static_cast<unsigned char>(byte) >= 0x20 || byte == '\n' ||
                      (byte == '\x1B' && depth != ColorDepth::none));
      }
    }
    ASSERT_GE(markup::count(to_csv(explanations), "\r\n"),
              1 + explanations[0].words.size() + explanations[1].words.size());
  }
}

}  // namespace
}  // namespace limn
