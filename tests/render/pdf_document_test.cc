// What limn-pdf is given to draw. tests/cli/pdf_test.cc reads the PDF.
#include "render/pdf_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fixtures.h"
#include "render/palette.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Json document(const std::vector<Explanation>& explanations) { return Json::parse(pdf_document(explanations)); }

/// The texts of all blocks of a style, and of the entries of legends.
std::vector<std::string> texts(const Json& document, const std::string& style) {
  std::vector<std::string> result;
  for (const Json& block : document["blocks"]) {
    if (block["style"] != style) continue;
    std::string text;
    for (const Json& run : block[style == "legend" ? "entries" : "runs"])
      text += (style == "legend" && !text.empty() ? "|" : "") + run["text"].get<std::string>();
    result.push_back(text);
  }
  return result;
}

/// The run of the document that has this text.
Json run_with(const Json& document, const std::string& text) {
  for (const Json& block : document["blocks"])
    if (block["style"] == "text")
      for (const Json& run : block["runs"])
        if (run["text"] == text) return run;
  return nullptr;
}

TEST(PdfDocument, HasVerdictTextLegendAndSentence) {
  const Explanation why = fixtures::sentiment();
  const Json drawn = document({why});
  EXPECT_EQ(drawn["title"], "positive 93%");
  EXPECT_THAT(texts(drawn, "title"), ElementsAre("positive 93%"));
  EXPECT_THAT(texts(drawn, "text"), ElementsAre(why.text));
  EXPECT_THAT(texts(drawn, "legend"), ElementsAre(AllOf(HasSubstr(" for positive|−"), HasSubstr(" against positive"))));
  EXPECT_THAT(texts(drawn, "body"), ElementsAre(HasSubstr("pushed most towards")));
  EXPECT_THAT(texts(drawn, "label"), Contains("How this was computed"));
}

TEST(PdfDocument, ColoursWordsByTheirScores) {
  Explanation why = fixtures::sentiment();
  const Json drawn = document({why});
  std::size_t colored = 0;
  for (const Word& word : why.words) {
    const std::string text(why.text_of(word));
    const auto is_same = [&](const Word& other) { return why.text_of(other) == text; };
    if (std::ranges::count_if(why.words, is_same) > 1) continue;  // run_with finds the first only
    const double share = word.score / word_scale(why);
    const Json run = run_with(drawn, text);
    ASSERT_TRUE(run.contains("fill")) << text;
    EXPECT_EQ(run["fill"], color_text(heat(share, Theme::light, scale_of(why)))) << text;
    ++colored;
  }
  EXPECT_GE(colored, 15u);
}

TEST(PdfDocument, NamesBothTextsOfAQuestionAndUnderlinesTheAnswer) {
  const Explanation why = fixtures::macedonia();
  const Json drawn = document({why});
  EXPECT_THAT(texts(drawn, "text"), ElementsAre(why.text, *why.pair));
  EXPECT_THAT(texts(drawn, "label"), ElementsAre("question", "context", "How this was computed"));
  EXPECT_THAT(texts(drawn, "legend"), Contains("what is explained"));
  std::string underlined;
  for (const Json& block : drawn["blocks"])
    if (block["style"] == "text")
      for (const Json& run : block["runs"])
        if (run.contains("line")) underlined += run["text"];
  EXPECT_EQ(underlined, std::get<AnswerPrediction>(why.prediction).best.text);
}

TEST(PdfDocument, ShowsWhatTheModelDidNotRead) {
  Explanation why = fixtures::sentiment();
  why.text += " And a tail.";
  const Json drawn = document({why});
  EXPECT_EQ(run_with(drawn, " And a tail.")["ink"], "#767676");
  EXPECT_THAT(texts(drawn, "small"), Contains("Grey: the model did not read this."));
}

TEST(PdfDocument, TakesAnyBytes) {
  for (const Explanation& why : {fixtures::hostile(), fixtures::no_answer(), fixtures::multi_label()}) {
    const Json drawn = document({why});
    EXPECT_FALSE(texts(drawn, "text").empty());
    EXPECT_EQ(texts(drawn, "text").front().find('\x1b'), std::string::npos);
  }
}

TEST(PdfDocument, SeparatesSeveralExplanations) {
  const Json drawn = document(fixtures::entities());
  EXPECT_EQ(texts(drawn, "title").size(), fixtures::entities().size());
  std::size_t rules = 0;
  for (const Json& block : drawn["blocks"]) rules += block["style"] == "rule";
  EXPECT_EQ(rules, fixtures::entities().size() - 1);
  EXPECT_THAT(texts(document({}), "body"), ElementsAre("No explanations."));
}

TEST(PdfDocument, AComparisonHasEachCellAndWhyAnInputHasNone) {
  const ComparisonAxes axes{.models = {{"m"}}, .methods = {"gradient", "occlusion"}};
  ComparedInput input, failed;
  input.cells = {fixtures::sentiment(), fixtures::sentiment()};
  input.correlations = {{.a = 0, .b = 1, .words = 20, .kendall = 0.5, .spearman = -0.25}};
  failed.row = 3;
  failed.error = "text: found none";
  const Json drawn = Json::parse(pdf_document(axes, std::vector<ComparedInput>{input, failed}));
  EXPECT_THAT(texts(drawn, "heading"), ElementsAre(HasSubstr("gradient: positive 93%"),
                                                   HasSubstr("occlusion: positive 93%"), HasSubstr("How alike")));
  EXPECT_EQ(texts(drawn, "text").size(), 2u);
  EXPECT_THAT(texts(drawn, "small"), Contains("gradient and occlusion: τ 0.50, ρ −0.25, 20 words"));
  EXPECT_THAT(texts(drawn, "label"), Contains("row 3"));
  EXPECT_THAT(texts(drawn, "body"), ElementsAre("Error: text: found none"));
}

}  // namespace
}  // namespace limn
