#include "render/csv.h"

#include <gtest/gtest.h>

#include "fixtures.h"

namespace limn {
namespace {

TEST(Csv, OneRowPerWordInCodePoints) {
  Explanation explanation;
  explanation.text = "Où ?";
  explanation.pair = "À Skopje";
  explanation.words = {{0, 3, 0.5, 0}, {4, 5, -0.25, 0}, {3, 9, 1, 1}};
  EXPECT_EQ(to_csv({&explanation, 1}),
            "row,label,probability,target,explanation,sequence,word,begin,end,score,error\r\n"
            "0,,,,0,0,Où,0,2,0.5,\r\n"
            "0,,,,0,0,?,3,4,-0.25,\r\n"
            "0,,,,0,1,Skopje,2,8,1,\r\n");
}

TEST(Csv, QuotesFieldsWithoutChangingThem) {
  Explanation explanation;
  explanation.text = "a,b \"c\" d\ne =1+1";
  explanation.words = {{0, 3, 1, 0}, {4, 7, 1, 0}, {8, 11, 1, 0}, {12, 16, 1, 0}};
  EXPECT_EQ(to_csv({&explanation, 1}, 0, false),
            "0,,,,0,0,\"a,b\",0,3,1,\r\n"
            "0,,,,0,0,\"\"\"c\"\"\",4,7,1,\r\n"
            "0,,,,0,0,\"d\ne\",8,11,1,\r\n"
            "0,,,,0,0,=1+1,12,16,1,\r\n");
}

TEST(Csv, NumbersExplanationsAcrossParts) {
  std::vector<Explanation> explanations(2);
  for (Explanation& explanation : explanations) {
    explanation.text = "x";
    explanation.words = {{0, 1, 0.1, 0}};
  }
  EXPECT_EQ(to_csv(explanations, 7, false), "7,,,,0,0,x,0,1,0.1,\r\n8,,,,0,0,x,0,1,0.1,\r\n");
  EXPECT_EQ(to_csv(std::vector<Explanation>{}),
            "row,label,probability,target,explanation,sequence,word,begin,end,score,error\r\n");
}

TEST(Csv, NamesThePredictionAndTheTarget) {
  Explanation explanation;
  explanation.text = "good";
  explanation.words = {{0, 4, 0.5, 0}};
  LabelPrediction label;
  label.label = "a;b";
  label.probability = 0.75;
  explanation.prediction = label;
  explanation.target.label = "negative";
  explanation.target.contrast = "neutral";
  EXPECT_EQ(to_csv({&explanation, 1}, 0, false), "0,a;b,0.75,negative rather than neutral,0,0,good,0,4,0.5,\r\n");
  label.meaning = OutputMeaning::multi_label;
  label.labels = {"a", "b"};
  explanation.prediction = label;
  EXPECT_TRUE(to_csv({&explanation, 1}, 0, false).starts_with("0,a;b,,"));
  label.meaning = OutputMeaning::value;
  label.values = {{"valence", 1.5}};
  explanation.prediction = label;
  EXPECT_TRUE(to_csv({&explanation, 1}, 0, false).starts_with("0,1.5,,"));
  AnswerPrediction answer;
  answer.best.text = "no, one";
  answer.best.probability = 0.25;
  explanation.prediction = answer;
  explanation.target = TargetInfo();
  explanation.target.text = "no, one";
  EXPECT_TRUE(to_csv({&explanation, 1}, 0, false).starts_with("0,\"no, one\",0.25,\"no, one\","));
}

TEST(Csv, WideAndTabs) {
  Explanation explanation;
  explanation.text = "a,b c";
  explanation.words = {{0, 3, 0.5, 0}, {4, 5, -1, 0}};
  EXPECT_EQ(
      to_csv(explanation, {.separator = '\t', .wide = true}),
      "row\tlabel\tprobability\ttarget\texplanation\twords\terror\r\n"
      "0\t\t\t\t0\t\"[{\"\"word\"\":\"\"a,b\"\",\"\"sequence\"\":0,\"\"begin\"\":0,\"\"end\"\":3,\"\"score\"\":0.5},"
      "{\"\"word\"\":\"\"c\"\",\"\"sequence\"\":0,\"\"begin\"\":4,\"\"end\"\":5,\"\"score\"\":-1.0}]\"\t\r\n");
  EXPECT_EQ(csv_field("a\tb", '\t'), "\"a\tb\"");
  EXPECT_EQ(csv_field("a,b", '\t'), "a,b");
  EXPECT_EQ(csv_field("a;b", ';'), "\"a;b\"");
}

TEST(Csv, AnExplanationWithoutWordsIsNotLost) {
  Explanation explanation;
  explanation.text = "…";
  EXPECT_EQ(to_csv({&explanation, 1}, 3, false), "3,,,,0,,,,,,\r\n");
}

TEST(Csv, ClampsOffsetsToTheEnd) {
  Explanation explanation;
  explanation.text = "x";
  explanation.words = {{0, 99, 1, 0}, {5, 2, 1, 1}};
  EXPECT_EQ(to_csv({&explanation, 1}, 0, false), "0,,,,0,0,x,0,1,1,\r\n0,,,,0,1,,0,0,1,\r\n");
}

}  // namespace
}  // namespace limn
