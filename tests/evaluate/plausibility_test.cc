// Agreement with human rationales, on scores made by hand and on a published example.
#include "evaluate/plausibility.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evaluate/data_file.h"
#include "evaluate/rationales.h"

namespace limn {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;
using testing::Pair;

/// ferret's examples/getting_started.ipynb: the scores of "I love your style!" by six methods, and its table of AUPRC
/// for the rationale "love".
TEST(Plausibility, AuprcOfFerretsExample) {
  const std::vector<std::pair<std::vector<double>, double>> methods = {
      {{-.05859814, .42798148, .08728391, .19652878, .2296077}, 1},        // Partition SHAP
      {{.046511, .42884937, .10180191, .20548557, .21735215}, 1},          // LIME
      {{.07546063, .16653863, .11737087, .3520872, .0746433}, .25},        // Gradient
      {{-.0241695, .0817923, -.31940025, .22262391, .07629599}, .25},      // Gradient × Input
      {{-.03253895, -.03717695, -.14879898, .30453521, -.14426596}, .10},  // Integrated Gradient
      {{.00650782, .22866393, .07837251, .03078611, .65566962}, .25}};     // Integrated Gradient × Input
  std::size_t checked = 0;
  for (const auto& [scores, expected] : methods) {
    const std::vector<ScoredRationale> texts = {{.scores = scores, .rationale = {false, true, false, false, false}}};
    EXPECT_THAT(score_plausibility(texts, .2).ferret_auprc, Optional(DoubleNear(expected, 1e-12)));
    ++checked;
  }
  EXPECT_EQ(checked, 6u);
}

TEST(Plausibility, AreaUnderPrecisionRecall) {
  // Units by falling score: in, out, in: points (recall, precision) (½, 1), (½, ½), (1, ⅔).
  EXPECT_THAT(area_under_precision_recall(std::vector{3., 2., 1.}, {true, false, true}),
              DoubleNear(.5 * 1 + .5 * (.5 + 2. / 3) / 2, 1e-12));
  // All scores equal: one point (1, ⅔), from (0, 1).
  EXPECT_THAT(area_under_precision_recall(std::vector{1., 1., 1.}, {true, false, true}),
              DoubleNear((1 + 2. / 3) / 2, 1e-12));
}

TEST(Plausibility, OfHardExplanations) {
  // Ten units, two of five in the rationale are in the top half: overlap 3 of 5 and 4.
  const std::vector<ScoredRationale> texts = {
      {.scores = {9, 8, 7, 0, 0, 6, 5, -1, -1, -1}, .rationale = {1, 1, 1, 1, 0, 0, 0, 0, 0, 0}}};
  const PlausibilityMetrics found = score_plausibility(texts, .5);
  EXPECT_THAT(found.token_f1, Optional(DoubleNear(2. * 3 / (5 + 4), 1e-12)));
  // Spans 0–3 and 5–7 against 0–4: the first has ¾ of the union, the second nothing: 1 match of 2 and 1.
  EXPECT_THAT(found.iou_f1, Optional(DoubleNear(2. * 1 / (2 + 1), 1e-12)));
  EXPECT_THAT(found.ferret_token_f1, Optional(DoubleNear(2. * 3 / (5 + 4), 1e-12)));
  EXPECT_THAT(found.ferret_token_iou, Optional(DoubleNear(3. / 6, 1e-12)));
}

TEST(Plausibility, OfNoTextIsUndefined) {
  const PlausibilityMetrics found = score_plausibility({}, .5);
  EXPECT_FALSE(found.token_f1.has_value());
  EXPECT_FALSE(found.iou_f1.has_value());
  EXPECT_FALSE(found.auprc.has_value());
}

TEST(Rationales, OfEveryFormat) {
  const DataFile csv("rationales.csv", "text,rationale\n\"A très good, witty film\",7-11;13-18\nDull,\n");
  const auto rows = read_rationales(csv.path());
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[0].spans, ElementsAre(Pair(8, 12), Pair(14, 19)));  // è has two bytes
  EXPECT_TRUE(rows[1].spans.empty());
  const DataFile doccano("doccano.jsonl",
                         "{\"text\": \"A witty film\", \"label\": [[2, 7, \"good\"]]}\n"
                         "{\"text\": \"Dull\", \"entities\": [{\"id\": 1, \"start_offset\": 0, \"end_offset\": 4}]}\n");
  const auto marked = read_rationales(doccano.path());
  ASSERT_EQ(marked.size(), 2u);
  EXPECT_THAT(marked[0].spans, ElementsAre(Pair(2, 7)));
  EXPECT_THAT(marked[1].spans, ElementsAre(Pair(0, 4)));
  const DataFile studio("studio.json",
                        "[{\"data\": {\"text\": \"A witty film\"}, \"annotations\": [{\"result\": [{\"value\": "
                        "{\"start\": 2, \"end\": 7, \"text\": \"witty\", \"labels\": [\"good\"]}}]}]}]");
  EXPECT_THAT(read_rationales(studio.path()).at(0).spans, ElementsAre(Pair(2, 7)));
}

TEST(Rationales, OfEraserAreTokensOfDocuments) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "limn-eraser";
  std::filesystem::create_directories(folder / "docs");
  std::ofstream(folder / "docs/film.txt") << "a good ,\nwitty film\n";
  std::ofstream(folder / "val.jsonl") << R"({"annotation_id": "film.txt", "classification": "POS", "evidences": )"
                                      << R"([[{"docid": "film.txt", "start_token": 3, "end_token": 5}]]})"
                                      << "\n";
  const auto texts = read_rationales(folder / "val.jsonl");
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_THAT(texts[0].spans, ElementsAre(Pair(9, 19)));
  EXPECT_EQ(texts[0].text.substr(9, 10), "witty film");
  std::ofstream(folder / "val.jsonl") << R"({"annotation_id": "x", "evidences": )"
                                      << R"([[{"docid": "../film.txt", "start_token": 3, "end_token": 5}]]})"
                                      << "\n";
  EXPECT_THAT(error_of([&] { read_rationales(folder / "val.jsonl"); }), HasSubstr("docid '../film.txt'"));
  std::filesystem::remove_all(folder);
}

TEST(Rationales, ThatDoNotFitAreErrors) {
  const auto error = [](const std::string& text) {
    const DataFile file("bad.csv", text);
    return error_of([&] { read_rationales(file.path()); });
  };
  EXPECT_THAT(error("text,rationale\nDull,0-5\n"), HasSubstr("line 2: found a rationale from 0 to 5, expected a range "
                                                             "of characters within the text, which has 4"));
  EXPECT_THAT(error("text,rationale\nDull,2-2\n"), HasSubstr("found a rationale from 2 to 2"));
  EXPECT_THAT(error("text,rationale\nDull,word\n"), HasSubstr("found the rationale 'word'"));
  EXPECT_THAT(error("text,rationale\nDull,\n"), HasSubstr("found no rationale"));
  EXPECT_THAT(error("text,label\nDull,0\n"), HasSubstr("found no rationale, expected evidences (ERASER)"));
}

}  // namespace
}  // namespace limn
