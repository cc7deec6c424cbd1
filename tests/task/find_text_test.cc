#include "task/find_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace limn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FindAll, ReturnsByteOffsetsOfEveryOccurrence) {
  EXPECT_THAT(find_all("aaa", "aa", false), ElementsAre(Span{0, 2}, Span{1, 3}));
  EXPECT_THAT(find_all("é É é", "é", false), ElementsAre(Span{0, 2}, Span{6, 8}));
  EXPECT_THAT(find_all("é É é", "É", true), ElementsAre(Span{0, 2}, Span{3, 5}, Span{6, 8}));
  EXPECT_THAT(find_all("abc", "abcd", true), IsEmpty());
  EXPECT_THAT(find_all("", "a", true), IsEmpty());
}

TEST(FindAll, LowerCaseMayChangeTheByteLength) {
  EXPECT_THAT(find_all("\u212Aelvin kelvin", "kelvin", true),
              ElementsAre(Span{0, 8}, Span{9, 15}));  // KELVIN SIGN, 3 bytes
}

TEST(Nearest, SmallestEditDistance) {
  const std::string text = "Macedonia was a subordinate of Achaemenid Persia.";
  EXPECT_EQ(nearest(text, "Achemenid"), "Achaemenid");
  EXPECT_EQ(nearest(text, "achaemenid  persia"), "Achaemenid Persia.");
  EXPECT_EQ(nearest(text, "Mazedonien"), "Macedonia");
  EXPECT_EQ(nearest(text, "was an subordinate"), "was a subordinate");
  EXPECT_EQ(nearest("", "x"), "");
  EXPECT_EQ(nearest("abc", "xyz"), "");
}

TEST(Nearest, ComparesOnlyTheBeginningOfLongTexts) {
  EXPECT_EQ(nearest("one two three", "twi" + std::string(100'000, 'z')), "two");
  EXPECT_EQ(nearest("x " + std::string(300, 'y') + " z", std::string(100'000, 'y')), std::string(300, 'y'));
}

}  // namespace
}  // namespace limn
