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
            "row,explanation,sequence,begin,end,text,score,error\r\n"
            "0,0,0,0,2,Où,0.5,\r\n"
            "0,0,0,3,4,?,-0.25,\r\n"
            "0,0,1,2,8,Skopje,1,\r\n");
}

TEST(Csv, QuotesFieldsWithoutChangingThem) {
  Explanation explanation;
  explanation.text = "a,b \"c\" d\ne =1+1";
  explanation.words = {{0, 3, 1, 0}, {4, 7, 1, 0}, {8, 11, 1, 0}, {12, 16, 1, 0}};
  EXPECT_EQ(to_csv({&explanation, 1}, 0, false),
            "0,0,0,0,3,\"a,b\",1,\r\n"
            "0,0,0,4,7,\"\"\"c\"\"\",1,\r\n"
            "0,0,0,8,11,\"d\ne\",1,\r\n"
            "0,0,0,12,16,=1+1,1,\r\n");
}

TEST(Csv, NumbersExplanationsAcrossParts) {
  std::vector<Explanation> explanations(2);
  for (Explanation& explanation : explanations) {
    explanation.text = "x";
    explanation.words = {{0, 1, 0.1, 0}};
  }
  EXPECT_EQ(to_csv(explanations, 7, false), "7,0,0,0,1,x,0.1,\r\n8,0,0,0,1,x,0.1,\r\n");
  EXPECT_EQ(to_csv(std::vector<Explanation>{}), "row,explanation,sequence,begin,end,text,score,error\r\n");
}

TEST(Csv, ClampsOffsetsToTheEnd) {
  Explanation explanation;
  explanation.text = "x";
  explanation.words = {{0, 99, 1, 0}, {5, 2, 1, 1}};
  EXPECT_EQ(to_csv({&explanation, 1}, 0, false), "0,0,0,0,1,x,1,\r\n0,0,1,0,0,,1,\r\n");
}

}  // namespace
}  // namespace limn
