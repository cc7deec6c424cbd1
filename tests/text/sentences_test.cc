#include "text/sentences.h"

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

#include "text/texts_of.h"

namespace limn::sentences_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> split(std::string_view text) { return texts_of(text, sentences(text)); }

TEST(Sentences, EndAtEndMarksBeforeWhiteSpace) {
  EXPECT_THAT(split("It rained. We stayed in! Did you?  Yes… Indeed"),
              ElementsAre("It rained.", "We stayed in!", "Did you?", "Yes…", "Indeed"));
  EXPECT_THAT(split("Pi is 3.14159. See limn.example.org/a?b=c!d for more."),
              ElementsAre("Pi is 3.14159.", "See limn.example.org/a?b=c!d for more."));
  EXPECT_THAT(split("What?! No... Well."), ElementsAre("What?!", "No...", "Well."));
}

TEST(Sentences, EndAtLineBreaks) {
  EXPECT_THAT(split("A title\nfirst line\r\n\r\nsecond line\u2028third"),
              ElementsAre("A title", "first line", "second line", "third"));
}

TEST(Sentences, DoNotEndAtAbbreviations) {
  EXPECT_THAT(split("Mr. and Mrs. Smith met Dr. No. They left."),
              ElementsAre("Mr. and Mrs. Smith met Dr. No.", "They left."));
  EXPECT_THAT(split("The U.S. Army came at 5 p.m. Tuesday. J. R. R. Tolkien wrote."),
              ElementsAre("The U.S. Army came at 5 p.m. Tuesday.", "J. R. R. Tolkien wrote."));
  EXPECT_THAT(
      split("Some, e.g. Fig. 3 and No. 5, show it (St. Petersburg, vol. 2). I said no. It stands."),
      ElementsAre("Some, e.g. Fig. 3 and No. 5, show it (St. Petersburg, vol. 2).", "I said no.", "It stands."));
  EXPECT_THAT(split("He lived in Washington, D.C."), ElementsAre("He lived in Washington, D.C."));
}

TEST(Sentences, DoNotEndAtDotsBeforeLowerCase) {
  EXPECT_THAT(split("It was approx. five … or so. then more! and more"),
              ElementsAre("It was approx. five … or so. then more!", "and more"));
  EXPECT_THAT(split("\"Why?\" he asked. \"Because!\" Nobody knew."),
              ElementsAre("\"Why?\" he asked.", "\"Because!\"", "Nobody knew."));
}

TEST(Sentences, IncludeClosingQuotesAndBrackets) {
  EXPECT_THAT(split("He said “stop.” She did (at once.) Then »ja!« Done."),
              ElementsAre("He said “stop.”", "She did (at once.)", "Then »ja!«", "Done."));
}

TEST(Sentences, ScriptsWithoutSpaces) {
  EXPECT_THAT(split("今日は雨です。「本当？」彼は言った！終わり"),
              ElementsAre("今日は雨です。", "「本当？」", "彼は言った！", "終わり"));
  EXPECT_THAT(split("هل أنت هنا؟ نعم. यह वाक्य है। दूसरा"), ElementsAre("هل أنت هنا؟", "نعم.", "यह वाक्य है।", "दूसरा"));
}

TEST(Sentences, TextWithoutWords) {
  EXPECT_THAT(split(""), IsEmpty());
  EXPECT_THAT(split(" \n\t\u00a0"), IsEmpty());
  EXPECT_THAT(split("..."), ElementsAre("..."));
}

// With quadratic time, the test would not finish.
TEST(Sentences, HostileTextTakesLinearTime) {
  const std::size_t size = 300'000;
  EXPECT_EQ(sentences(std::string(size, '.') + "a").size(), 1U);
  EXPECT_EQ(sentences(std::string(size, 'a') + ". b").size(), 1U);
  std::string dotted;
  for (std::size_t i = 0; i < size; ++i) dotted += "a.";
  EXPECT_EQ(sentences(dotted + " " + dotted).size(), 1U);
}

}  // namespace
}  // namespace limn::sentences_test
