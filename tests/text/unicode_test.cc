#include "text/unicode.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "limn/error.h"
#include "text/aligned_text.h"
#include "text/normalizer.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

namespace limn {
namespace {

constexpr char32_t last_code_point = 0x10FFFF;

bool is_surrogate(char32_t code) { return code >= 0xD800 && code < 0xE000; }

/// Reads tests/text/data/properties.txt: the properties of all code points in the `tokenizers` package.
std::map<std::string, std::string> properties() {
  std::ifstream file(LIMN_SOURCE_DIR "/tests/text/data/properties.txt");
  std::map<std::string, std::string> result;
  for (std::string line; std::getline(file, line);)
    result[line.substr(0, line.find(':'))] = line.substr(line.find(':') + 2);
  return result;
}

std::string hexadecimal(std::uint64_t value) {
  std::string result;
  for (; value != 0 || result.empty(); value /= 16) result.insert(result.begin(), "0123456789abcdef"[value % 16]);
  return result;
}

template <class Predicate>
std::string ranges(const Predicate& holds) {
  std::string result;
  const auto usable = [&](char32_t code) { return code <= last_code_point && !is_surrogate(code) && holds(code); };
  for (char32_t code = 0; code <= last_code_point; ++code) {
    if (!usable(code)) continue;
    const char32_t first = code;
    while (usable(code + 1)) ++code;
    result += (result.empty() ? "" : " ") + hexadecimal(first) + (code > first ? "-" + hexadecimal(code) : "");
  }
  return result;
}

/// FNV-1a over the mappings of all code points, each with a line feed.
template <class Mapping>
std::string hash(const Mapping& mapping) {
  Vocabulary::Hash result = Vocabulary::empty_hash;
  for (char32_t code = 0; code <= last_code_point; ++code) {
    if (is_surrogate(code)) continue;
    std::string text;
    for (const char32_t mapped : mapping(code)) append_utf8(mapped, text);
    result = Vocabulary::hash(text + "\n", result);
  }
  return hexadecimal(result);
}

bool has_no_decomposition(char32_t code) {
  const ShortCodePoints codes = decomposition(code);
  return codes.size == 1 && codes.codes[0] == code;
}

/// NFC applied to NFD.
std::u32string recomposed(char32_t code) {
  AlignedText text = {{code, 0, 1}};
  normalize(UnicodeForm{}, text);
  normalize(UnicodeForm{.composed = true}, text);
  std::u32string result;
  for (const Character& character : text) result += character.code;
  return result;
}

TEST(Unicode, PropertiesMatchTheTokenizersPackage) {
  auto expected = properties();
  EXPECT_EQ(ranges(is_whitespace), expected["whitespace"]);
  EXPECT_EQ(ranges(is_punctuation), expected["punctuation"]);
  EXPECT_EQ(ranges([](char32_t code) { return is_control(code) || code == 0xFFFD; }), expected["removed"]);
  EXPECT_EQ(ranges(is_ideograph), expected["ideograph"]);
  EXPECT_EQ(ranges([](char32_t code) { return has_no_decomposition(code) && is_nonspacing_mark(code); }),
            expected["mark"]);
  EXPECT_EQ(ranges([](char32_t code) { return has_no_decomposition(code) && combining_class(code) != 0; }),
            expected["combines"]);
  EXPECT_EQ(ranges(is_letter), expected["letter"]);
  EXPECT_EQ(ranges(is_number), expected["number"]);
  EXPECT_EQ(ranges(is_numeric), expected["numeric"]);
  EXPECT_EQ(ranges(is_word_character), expected["word"]);
  EXPECT_EQ(ranges(is_mark), expected["any_mark"]);
  EXPECT_EQ(hash(decomposition), expected["decomposition"]);
  EXPECT_EQ(hash(compatible_decomposition), expected["compatible_decomposition"]);
  EXPECT_EQ(hash(recomposed), expected["composed"]);
  EXPECT_EQ(hash(lowercase), expected["lowercase"]);
}

TEST(Unicode, Utf8RoundTrip) {
  for (char32_t code = 0; code <= last_code_point; ++code) {
    if (is_surrogate(code)) continue;
    std::string text;
    append_utf8(code, text);
    std::size_t position = 0;
    ASSERT_EQ(next_code_point(text, position), code);
    ASSERT_EQ(position, text.size());
    ASSERT_EQ(count_code_points(text), 1U);
    ASSERT_NO_THROW(check_utf8(text, "text"));
  }
}

TEST(Unicode, RejectsInvalidUtf8WithItsPosition) {
  const std::string before = "né ";  // four bytes
  for (const std::string bad : {"\x80", "\xC3", "\xC3(", "\xC0\xAF", "\xE2\x82", "\xE0\x80\x80", "\xED\xA0\x80",
                                "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF"}) {
    try {
      check_utf8(before + bad + " rest", "line 7");
      ADD_FAILURE() << "accepted: " << testing::PrintToString(bad);
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "line 7: byte 4: found invalid UTF-8, expected text in UTF-8");
    }
  }
  EXPECT_NO_THROW(check_utf8(std::string("\0é中😀", 10), "text"));
  EXPECT_NO_THROW(check_utf8("", "text"));
}

TEST(Unicode, CountsCodePoints) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("aé中😀"), 4U);
}

// By hand: marks that are reordered take the origins in the order of the text.
TEST(Normalizer, ReorderedMarksKeepOriginsInOrder) {
  AlignedText text = align("a\u0301\u0327e\u0301");  // 230 then 202: the cedilla comes first
  normalize(UnicodeForm{}, text);
  std::u32string codes;
  for (const Character& character : text) codes += character.code;
  EXPECT_EQ(codes, U"a\u0327\u0301e\u0301");
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t begin[] = {0, 1, 3, 5, 6};
    EXPECT_EQ(text[i].begin, begin[i]);
  }
}

}  // namespace
}  // namespace limn
