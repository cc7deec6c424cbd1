#include "evaluate/answer_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "base/white_space.h"
#include "text/unicode.h"

namespace limn {
namespace {

std::u32string decode(std::string_view text) {
  std::u32string result;
  for (std::size_t i = 0; i < text.size();) result += next_code_point(text, i);
  return result;
}

utf8proc_category_t category(char32_t code) { return utf8proc_category(static_cast<utf8proc_int32_t>(code)); }

bool is_cased(char32_t code) {
  const auto c = static_cast<utf8proc_int32_t>(code);
  return utf8proc_islower(c) || utf8proc_isupper(c) || utf8proc_category(c) == UTF8PROC_CATEGORY_LT;
}

/// Unicode's Case_Ignorable property: marks, modifiers, format characters, and punctuation within words (Word_Break
/// MidLetter, MidNumLet and Single_Quote).
bool is_case_ignorable(char32_t code) {
  constexpr std::u32string_view within_words =
      U"'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";
  switch (category(code)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return within_words.find(code) != within_words.npos;
  }
}

/// Whether the capital sigma at i ends a word: a cased character precedes it and none follows it.
bool is_final_sigma(std::u32string_view text, std::size_t i) {
  std::size_t before = i, after = i + 1;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return before > 0 && is_cased(text[before - 1]) && (after == text.size() || !is_cased(text[after]));
}

/// Python's str.lower().
std::u32string lower(std::u32string_view text) {
  std::u32string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == U'Σ' && is_final_sigma(text, i))
      result += U'ς';
    else
      for (const char32_t code : lowercase(text[i])) result += code;
  }
  return result;
}

/// string.punctuation
bool is_ascii_punctuation(char32_t c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

/// \w in Python's re: letters and numbers of any kind, and the underscore.
bool is_python_word_character(char32_t code) {
  const auto c = category(code);
  return code == '_' || (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO) ||
         (c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO);
}

bool is_article(std::string_view word) { return word == "a" || word == "an" || word == "the"; }

}  // namespace

std::vector<std::string> answer_words(std::string_view text) {
  std::u32string letters = lower(decode(text));
  std::erase_if(letters, is_ascii_punctuation);
  // As in the regular expression \b(a|an|the)\b, an article becomes a space even inside a word such as "l’a".
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (std::size_t i = 0; i < letters.size();) {
    if (is_python_space(letters[i])) {
      finish();
      ++i;
      continue;
    }
    if (!is_python_word_character(letters[i])) {
      append_utf8(letters[i++], word);
      continue;
    }
    std::string run;
    for (; i < letters.size() && is_python_word_character(letters[i]); ++i) append_utf8(letters[i], run);
    if (is_article(run))
      finish();
    else
      word += run;
  }
  finish();
  return words;
}

AnswerScore compare_answers(std::string_view reference, std::string_view answer) {
  std::vector<std::string> expected = answer_words(reference), found = answer_words(answer), common;
  const double exact = expected == found ? 1 : 0;
  if (expected.empty() || found.empty()) return {exact, exact};
  std::ranges::sort(expected);
  std::ranges::sort(found);
  std::ranges::set_intersection(expected, found, std::back_inserter(common));
  if (common.empty()) return {exact, 0};
  const auto size = [](const auto& words) { return static_cast<double>(words.size()); };
  const double precision = size(common) / size(found), recall = size(common) / size(expected);
  return {exact, 2 * precision * recall / (precision + recall)};
}

AnswerScore best_answer_score(std::span<const std::string> references, std::string_view answer) {
  AnswerScore best;
  bool any = false;
  for (const std::string& reference : references) {
    if (answer_words(reference).empty()) continue;
    any = true;
    const AnswerScore score = compare_answers(reference, answer);
    best = {std::max(best.exact, score.exact), std::max(best.f1, score.f1)};
  }
  return any ? best : compare_answers("", answer);
}

}  // namespace limn
