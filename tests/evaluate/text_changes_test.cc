#include "evaluate/text_changes.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace limn {
namespace {

TEST(TextChanges, OfCasePunctuationAndWhiteSpace) {
  EXPECT_EQ(changed_text("A Film", TextChange::letter_case, 0), "a fILM");
  EXPECT_EQ(changed_text("123", TextChange::letter_case, 0), std::nullopt);
  EXPECT_EQ(changed_text("a film", TextChange::punctuation, 0), "a film.");
  EXPECT_EQ(changed_text("a film. ", TextChange::punctuation, 0), "a film ");
  EXPECT_EQ(changed_text("a good film", TextChange::white_space, 0), "a  good  film");
  EXPECT_EQ(changed_text("film", TextChange::white_space, 0), std::nullopt);
}

TEST(TextChanges, TyposSwapTwoLettersWithinAWord) {
  EXPECT_EQ(changed_text("film", TextChange::typos, 0), "flim");  // the only place
  EXPECT_EQ(changed_text("a bad cut", TextChange::typos, 0), std::nullopt);
  const std::string text = "an unbelievably dull plot", changed = changed_text(text, TextChange::typos, 3).value();
  EXPECT_NE(changed, text);
  std::string before = text, after = changed;
  std::sort(before.begin(), before.end());
  std::sort(after.begin(), after.end());
  EXPECT_EQ(before, after);
  EXPECT_EQ(changed_text(text, TextChange::typos, 3), changed);
}

}  // namespace
}  // namespace limn
