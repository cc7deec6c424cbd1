#include "text/sentences.h"

#include <algorithm>
#include <string>

#include "text/aligned_text.h"
#include "text/unicode.h"

namespace limn {
namespace {

using Characters = std::span<const Character>;

bool breaks_line(char32_t code) { return is_one_of(U"\n\r\x0B\x0C\x85\u2028\u2029", code); }
bool ends_sentence(char32_t code) { return is_one_of(U".!?…‽。！？．｡؟।", code); }
/// End marks of scripts that do not put a space between sentences.
bool needs_no_space(char32_t code) { return is_one_of(U"。！？．｡", code); }
bool closes(char32_t code) { return is_one_of(U"\"')]}»«›‹”“’‘」』）】〉》", code); }

/// Abbreviations in lower case, without dots. Those of one letter or with a dot inside need no entry.
constexpr std::u32string_view abbreviations[] = {
    U"adm",  U"al",   U"approx", U"apr",  U"art",  U"assn", U"aug",  U"ave",    U"bros", U"ca",  U"capt",
    U"cf",   U"cmdr", U"co",     U"col",  U"corp", U"dec",  U"dept", U"dr",     U"eq",   U"esp", U"est",
    U"etc",  U"feb",  U"fig",    U"figs", U"fr",   U"ft",   U"gen",  U"gov",    U"hon",  U"inc", U"jan",
    U"jr",   U"jul",  U"jun",    U"lt",   U"ltd",  U"maj",  U"mar",  U"messrs", U"mr",   U"mrs", U"ms",
    U"mt",   U"nov",  U"oct",    U"op",   U"ph",   U"pres", U"prof", U"rep",    U"rev",  U"sen", U"sep",
    U"sept", U"sgt",  U"sr",     U"st",   U"univ", U"viz",  U"vol",  U"vs"};
/// Abbreviations only before a number, since they are also words.
constexpr std::u32string_view before_number[] = {U"no", U"nos", U"p", U"pp", U"art", U"sec", U"ch"};

bool is_digit(char32_t code) { return code >= '0' && code <= '9'; }

/// Whether the dot at `dot` belongs to the word before it. @param next the first character of the next word, or 0.
bool abbreviates(Characters text, std::size_t dot, char32_t next) {
  std::u32string word;
  std::size_t begin = dot;
  while (begin > 0 && (is_word_character(text[begin - 1].code) || text[begin - 1].code == '.')) --begin;
  for (const Character& character : text.subspan(begin, dot - begin))
    for (const char32_t code : lowercase(character.code)) word += code;
  if (word.empty() || is_digit(word.back())) return false;
  if (word.size() == 1 || word.find(U'.') != word.npos) return true;
  return std::ranges::find(abbreviations, word) != std::end(abbreviations) ||
         (is_digit(next) && std::ranges::find(before_number, word) != std::end(before_number));
}

/// A run of end marks with the closing quotes and brackets after it.
struct Ending {
  std::size_t end = 0;
  bool is_end = false;  ///< ends a sentence
};

Ending ending_at(Characters text, std::size_t mark) {
  std::size_t end = mark;
  bool closed = false;
  for (; end < text.size() && (ends_sentence(text[end].code) || closes(text[end].code)); ++end)
    closed = closed || closes(text[end].code);
  std::size_t next = end;
  while (next < text.size() && is_whitespace(text[next].code) && !breaks_line(text[next].code)) ++next;
  if (next == text.size() || breaks_line(text[next].code) || needs_no_space(text[mark].code)) return {end, true};
  if (next == end) return {end, false};
  const bool single_dot = text[mark].code == '.' && (end == mark + 1 || !ends_sentence(text[mark + 1].code));
  if (single_dot && abbreviates(text, mark, text[next].code)) return {end, false};
  const bool may_go_on = text[mark].code == '.' || text[mark].code == U'…' || closed;
  return {end, !may_go_on || !is_lowercase(text[next].code)};
}

}  // namespace

std::vector<Span> sentences(std::string_view text) {
  const AlignedText characters = align(text);
  std::vector<Span> result;
  std::size_t begin = 0;
  const auto end_sentence = [&](std::size_t end) {
    CharacterRange range = {begin, end};
    while (!range.empty() && is_whitespace(characters[range.begin].code)) ++range.begin;
    while (!range.empty() && is_whitespace(characters[range.end - 1].code)) --range.end;
    if (!range.empty()) result.push_back(origin(part(characters, range)));
    begin = end;
  };
  for (std::size_t i = 0; i < characters.size();) {
    if (breaks_line(characters[i].code)) end_sentence(i);
    if (!ends_sentence(characters[i].code)) {
      ++i;
      continue;
    }
    const Ending ending = ending_at(characters, i);
    if (ending.is_end) end_sentence(ending.end);
    i = ending.end;
  }
  end_sentence(characters.size());
  return result;
}

}  // namespace limn
