#include "text/normalizer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "text/byte_level.h"
#include "text/unicode.h"

namespace limn {
namespace {

/// No normalizer needs more: the longest decomposition of Unicode has 18 characters of at most 4 bytes. Otherwise a few
/// lines of a tokenizer file, such as a chain of replacements that each double the text, could exhaust the memory.
std::size_t longest_normalized(std::size_t characters) {
  constexpr std::size_t most_for_each = 72, always = 1000;
  return characters * most_for_each + always;
}

void clean(AlignedText& text) {
  std::erase_if(text,
                [](const Character& character) { return character.code == 0xFFFD || is_control(character.code); });
  for (Character& character : text)
    if (is_whitespace(character.code)) character.code = ' ';
}

void set_ideographs_apart(AlignedText& text) {
  const auto ideographs = std::ranges::count_if(text, is_ideograph, &Character::code);
  if (ideographs == 0) return;
  AlignedText result;
  result.reserve(text.size() + 2 * static_cast<std::size_t>(ideographs));
  for (const Character& character : text) {
    if (is_ideograph(character.code)) {
      const Character blank = {' ', character.begin, character.end};
      result.insert(result.end(), {blank, character, blank});
    } else {
      result.push_back(character);
    }
  }
  text = std::move(result);
}

void lower(AlignedText& text) {
  AlignedText result;
  result.reserve(text.size());
  for (const Character& character : text)
    for (const char32_t code : lowercase(character.code)) result.push_back({code, character.begin, character.end});
  text = std::move(result);
}

void replace(const Replace& step, std::size_t longest, AlignedText& text) {
  const std::vector<CharacterRange> matches = step.pattern.find(text);
  if (matches.empty()) return;
  std::size_t length = text.size() + matches.size() * step.content.size();
  for (const CharacterRange& match : matches) length -= match.end - match.begin;
  check_length(length, longest);
  AlignedText result;
  result.reserve(text.size());
  std::size_t end = 0;  // of the part already processed
  const auto copy_to = [&](std::size_t position) {
    result.insert(result.end(), text.begin() + static_cast<std::ptrdiff_t>(end),
                  text.begin() + static_cast<std::ptrdiff_t>(position));
  };
  for (const CharacterRange& match : matches) {
    copy_to(match.begin);
    end = match.end;
    // The replacement's origin is the last character that it replaces, or else the one before.
    Character from = {};
    if (end > 0)
      from = text[end - 1];
    else if (!text.empty())
      from = {0, text[0].begin, text[0].begin};
    for (const char32_t code : step.content) result.push_back({code, from.begin, from.end});
  }
  copy_to(text.size());
  text = std::move(result);
}

/// The inserted text's origin is the first character.
void prepend(const std::u32string& codes, std::size_t longest, AlignedText& text) {
  check_length(text.size() + codes.size(), longest);
  const Character first = text.front();
  AlignedText before;
  for (const char32_t code : codes) before.push_back({code, first.begin, first.end});
  text.insert(text.begin(), before.begin(), before.end());
}

void strip(const Strip& step, AlignedText& text) {
  const auto is_space = [](const Character& character) { return is_whitespace(character.code); };
  if (step.right) text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
  if (step.left) text.erase(text.begin(), std::ranges::find_if_not(text, is_space));
}

bool is_removed_by_nmt(char32_t code) {
  return (code >= 0x1 && code <= 0x8) || code == 0xB || (code >= 0xE && code <= 0x1F) || code == 0x7F || code == 0x8F ||
         code == 0x9F;
}

bool is_blank_to_nmt(char32_t code) {
  return code == 0x9 || code == 0xA || code == 0xC || code == 0xD || code == 0x1680 ||
         (code >= 0x200B && code <= 0x200F) || code == 0x2028 || code == 0x2029 || code == 0x2581 || code == 0xFEFF ||
         code == 0xFFFD;
}

struct Apply {
  AlignedText& text;
  std::size_t longest;  // characters of the result

  void operator()(const BertNormalizer& bert) const {
    if (bert.clean_text) clean(text);
    if (bert.handle_chinese_chars) set_ideographs_apart(text);
    if (bert.strip_accents.value_or(bert.lowercase)) {
      normalize(UnicodeForm{}, text);
      std::erase_if(text, [](const Character& character) { return is_nonspacing_mark(character.code); });
    }
    if (bert.lowercase) lower(text);
  }
  void operator()(Lowercase) const { lower(text); }
  void operator()(StripAccents) const {
    std::erase_if(
        text, [](const Character& character) { return is_mark(character.code); });
  }
  void operator()(UnicodeForm form) const { normalize(form, text); }
  void operator()(const Replace& step) const { replace(step, longest, text); }
  void operator()(const Prepend& step) const {
    if (!text.empty()) prepend(step.text, longest, text);
  }
  void operator()(const Strip& step) const { strip(step, text); }
  void operator()(const Charsmap& charsmap) const { charsmap.apply(text, longest); }
  void operator()(Nmt) const {
    std::erase_if(text, [](const Character& character) { return is_removed_by_nmt(character.code); });
    for (Character& character : text)
      if (is_blank_to_nmt(character.code)) character.code = ' ';
  }
  void operator()(ByteCharacters) const {
    AlignedText result;
    append_byte_characters(text, result);
    text = std::move(result);
  }
};

}  // namespace

void normalize(const Normalizer& normalizer, AlignedText& text) {
  const std::size_t longest = longest_normalized(text.size());
  for (const NormalizerStep& step : normalizer) {
    std::visit(Apply{text, longest}, step);
    check_length(text.size(), longest);
  }
}

}  // namespace limn
