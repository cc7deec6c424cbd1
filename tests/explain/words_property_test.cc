// Properties of everything that is shown as a part of the text, for texts in many scripts and every tiny model.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "explain/golden_folder.h"
#include "text/unicode.h"
#include "text/words.h"

namespace limn {
namespace {

/// Letters and marks of a script, first to last.
struct Script {
  char32_t first, last;
};

constexpr std::array<Script, 22> scripts = {{
    {'a', 'z'},       {0xC0, 0x17F},    {0x3B1, 0x3C9},   {0x430, 0x44F},     {0x561, 0x586},   {0x5D0, 0x5EA},
    {0x620, 0x64A},   {0x905, 0x94D},   {0x985, 0x9CD},   {0xB85, 0xBCD},     {0xC05, 0xC4D},   {0x10D0, 0x10F0},
    {0x1200, 0x1248}, {0xAC00, 0xAC7F}, {0x4E00, 0x4E7F}, {0x3041, 0x3096},   {0x30A1, 0x30FA}, {0x0E01, 0x0E4E},
    {0x0E81, 0x0ECD}, {0x1780, 0x17D2}, {0x1000, 0x103E}, {0x1E900, 0x1E943},
}};
/// Between words: blanks of many widths, punctuation that clings to words, joiners, emoji.
constexpr std::u32string_view between[] = {U" ",
                                           U" ",
                                           U" ",
                                           U"  ",
                                           U"\n",
                                           U"\r\n",
                                           U"\t",
                                           U"\u00A0",
                                           U"\u3000",
                                           U"\u2003",
                                           U", ",
                                           U". ",
                                           U" (",
                                           U") ",
                                           U"-",
                                           U"'",
                                           U"\u2019",
                                           U" \"",
                                           U"\u201D ",
                                           U":",
                                           U"/",
                                           U"\u3002",
                                           U"\u0301",
                                           U"_",
                                           U"\u200B",
                                           U"\u200D",
                                           U"\u202F",
                                           U"\U0001F469\U0001F3FD",
                                           U"\U0001F1F3\U0001F1F4",
                                           U" 3.5 ",
                                           U"12",
                                           U"\u0661"};

/// Letter by letter, so that every standard library draws the same texts.
class TextMaker {
 public:
  std::string text() {
    std::string result;
    const std::size_t words = 1 + below(3);
    if (below(4) == 0) append(between[below(std::size(between))], result);
    for (std::size_t word = 0; word < words; ++word) {
      const Script& script = scripts[below(scripts.size())];
      for (std::size_t letter = 1 + below(4); letter > 0; --letter)
        append_utf8(script.first + static_cast<char32_t>(below(script.last - script.first + 1)), result);
      if (word + 1 < words || below(2) == 0) append(between[below(std::size(between))], result);
    }
    return result;
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  static void append(std::u32string_view codes, std::string& result) {
    for (const char32_t code : codes) append_utf8(code, result);
  }
  std::mt19937 random_{20};
};

bool has_blank_ends(std::string_view text) {
  const Span span = trimmed(text, {0, text.size()});
  return span.begin != 0 || span.end != text.size();
}

/// White space, and marks that a normalizer may have removed.
bool is_empty_for_the_model(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    const char32_t code = next_code_point(text, position);
    if (!is_whitespace(code) && !is_mark(code)) return false;
  }
  return true;
}

class WordsProperty : public testing::TestWithParam<std::filesystem::path> {};

/// Checks one explanation. @return the number of words and entities
std::size_t check(const Explanation& why) {
  std::size_t checked = 0;
  for (const int sequence : {0, 1}) {
    if (sequence == 1 && !why.pair) continue;
    const std::string_view text = why.sequence(sequence);
    std::vector<std::size_t> boundaries = {0};
    for (const Span& part : word_parts(text)) boundaries.push_back(part.end);
    const auto is_boundary = [&](std::size_t byte) { return std::ranges::binary_search(boundaries, byte); };
    std::size_t end = 0;
    for (const Word& word : why.words) {
      if (word.sequence != sequence) continue;
      ++checked;
      const std::string_view shown = why.text_of(word);
      EXPECT_LE(end, word.begin) << text;
      EXPECT_FALSE(has_blank_ends(shown)) << '[' << shown << "] of [" << text << ']';
      end = word.end;
      // Between a word's end and the next boundary, only white space, which is trimmed, and removed marks.
      const auto before = std::ranges::upper_bound(boundaries, word.begin) - 1,
                 after = std::ranges::lower_bound(boundaries, word.end);
      EXPECT_TRUE(is_boundary(word.begin) || trimmed(text, {*before, word.begin}).begin == word.begin)
          << '[' << shown << "] of [" << text << ']';
      EXPECT_TRUE(is_boundary(word.end) || is_empty_for_the_model(text.substr(word.end, *after - word.end)))
          << '[' << shown << "] of [" << text << "], bytes " << word.begin << " to " << word.end;
    }
  }
  if (const auto* prediction = std::get_if<EntityPrediction>(&why.prediction))
    for (const Entity& entity : prediction->entities) {
      ++checked;
      EXPECT_EQ(entity.text, why.text.substr(entity.begin, entity.end - entity.begin));
      EXPECT_FALSE(entity.text.empty());
      EXPECT_FALSE(has_blank_ends(entity.text)) << '[' << entity.text << ']';
    }
  if (const auto* prediction = std::get_if<AnswerPrediction>(&why.prediction))
    for (const Answer& answer : prediction->answers) {
      ++checked;
      EXPECT_EQ(answer.text, why.pair->substr(answer.begin, answer.end - answer.begin));
      EXPECT_FALSE(answer.text.empty());
      EXPECT_FALSE(has_blank_ends(answer.text)) << '[' << answer.text << ']';
    }
  return checked;
}

/// Whether the explained tokens are a part of the text, which may begin or end within a word.
bool is_cut(const Explanation& why) {
  return std::ranges::any_of(
      why.warnings,
      [](const std::string& warning) {
        return warning.find("not read") != warning.npos || warning.find("windows were read") != warning.npos;
      });
}

TEST_P(WordsProperty, AreTheTextWithoutBlanksAtTheEnds) {
  const Model model = Model::load(GetParam());
  const bool is_pair = model.info().task == Task::question_answering;
  TextMaker maker;
  std::vector<Input> inputs(1000);
  for (Input& input : inputs) {
    input.text = is_pair ? "who?" : maker.text();
    if (is_pair) input.pair = maker.text();
  }
  const ExplainOptions options = {.reading = {.top = 3}};
  std::size_t checked = 0, read = 0;
  for (const auto& why : model.explain(inputs, Gradient{.reduce = Reduce::l2}, options)) {
    if (!why) continue;  // a text of which the tokenizer keeps nothing
    if (is_cut(*why)) continue;
    ++read;
    checked += check(*why);
  }
  EXPECT_GE(read, 950u);
  EXPECT_GE(checked, 2 * read);
}

INSTANTIATE_TEST_SUITE_P(Golden, WordsProperty, testing::ValuesIn(golden::folders("golden")),
                         [](const auto& test) { return golden::test_name(test.param); });

}  // namespace
}  // namespace limn
