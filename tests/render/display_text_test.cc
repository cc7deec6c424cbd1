#include "render/display_text.h"

#include <gtest/gtest.h>

#include <string>

namespace limn {
namespace {

TEST(DisplayText, CountsColumnsAsTerminalsDo) {
  EXPECT_EQ(columns(""), 0u);
  EXPECT_EQ(columns("abc"), 3u);
  EXPECT_EQ(columns("漢字"), 4u);
  EXPECT_EQ(columns("e\u0301"), 1u);          // a letter and a combining accent
  EXPECT_EQ(columns("👩\u200D👩\u200D👧"), 2u);  // one picture of three, joined
  EXPECT_EQ(columns("🇫🇷"), 2u);
  EXPECT_EQ(columns("❤\uFE0F"), 2u);
  EXPECT_EQ(columns("👍🏽"), 2u);
  EXPECT_EQ(columns("שלום"), 4u);
}

TEST(DisplayText, ClustersCoverTheText) {
  const std::string text = "a e\u0301漢👩\u200D👧\r\nb";
  std::string joined;
  for (const Cluster& cluster : clusters(text)) joined += cluster.text;
  EXPECT_EQ(joined, text);
  EXPECT_EQ(clusters("e\u0301\u0302x").size(), 2u);
}

TEST(DisplayText, MakesControlCharactersVisible) {
  EXPECT_EQ(visible("\x1B[31mred\x1B]0;t\x07"), "␛[31mred␛]0;t␇");
  EXPECT_EQ(visible(std::string("a\0b", 3)), "a␀b");
  EXPECT_EQ(visible("\x7F"), "␡");
  EXPECT_EQ(visible("\u009B31m"), "<U+009B>31m");  // CSI as one code point
  EXPECT_EQ(visible("a\u2028b"), "a<U+2028>b");
}

TEST(DisplayText, MakesBidirectionalControlsVisible) {
  EXPECT_EQ(visible("\u202Eabc\u202C\u2066d\u2069"), "<U+202E>abc<U+202C><U+2066>d<U+2069>");
  EXPECT_EQ(visible("\u202Eabc", {.keep_bidi = true}), "\u202Eabc");
}

TEST(DisplayText, KeepsLayoutIfRequested) {
  EXPECT_EQ(visible("a\r\nb\tc\rd", {.keep_layout = true}), "a\nb\tc␍d");
  EXPECT_EQ(visible("a\nb\t"), "a␊b␉");
}

TEST(DisplayText, ReplacesInvalidUtf8) {
  EXPECT_EQ(visible("a\xFFz\xE2\x82"), "a\uFFFDz\uFFFD\uFFFD");
  EXPECT_EQ(visible("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
}

TEST(DisplayText, ShortensToColumns) {
  EXPECT_EQ(shorten("short", 5), "short");
  EXPECT_EQ(shorten("longer", 5), "long…");
  EXPECT_EQ(shorten("  two\n\t words ", 20), "two words");
  EXPECT_EQ(shorten("漢字漢字", 5), "漢字…");
  EXPECT_EQ(shorten("漢字漢字", 8), "漢字漢字");
  const std::string label = shorten(std::string(1 << 20, 'x'), 10);
  EXPECT_EQ(label, "xxxxxxxxx…");
  std::string heaped = "a";
  for (int i = 0; i < 10000; ++i) heaped += "\u0301";
  EXPECT_LT(shorten(heaped, 10).size(), 1000u);
}

TEST(DisplayText, LowersCase) { EXPECT_EQ(lower_case("ÀB\xFF漢"), "àb\xFF漢"); }

TEST(DisplayText, EscapesForMarkup) {
  EXPECT_EQ(escape("<a href=\"x\">'&'</a>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST(DisplayText, CountsCodePointsBeforeAByte) {
  const std::string text = "aé漢👍z";  // 1, 2, 3, 4 and 1 bytes
  const CodePoints points(text);
  EXPECT_EQ(points.before(0), 0u);
  EXPECT_EQ(points.before(1), 1u);
  EXPECT_EQ(points.before(3), 2u);
  EXPECT_EQ(points.before(6), 3u);
  EXPECT_EQ(points.before(10), 4u);
  EXPECT_EQ(points.before(11), 5u);
  EXPECT_EQ(points.before(99), 5u);
}

TEST(DisplayText, CountsCodePointsOfLongTexts) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "漢";
  const CodePoints points(text);
  for (std::size_t i = 0; i <= 1000; ++i) ASSERT_EQ(points.before(3 * i), i);
  EXPECT_EQ(CodePoints("").before(0), 0u);
  EXPECT_EQ(CodePoints(std::string(256, 'x')).before(256), 256u);
}

TEST(DisplayText, Punctuation) {
  for (const char* text : {".", "—", "…", "?!", "«", "$", "~", "。", "، "}) EXPECT_TRUE(is_punctuation(text)) << text;
  for (const char* text : {"", "a", "7", "é.", "€", "❤", "😀", "の", "\xFF"}) EXPECT_FALSE(is_punctuation(text)) << text;
}

}  // namespace
}  // namespace limn
