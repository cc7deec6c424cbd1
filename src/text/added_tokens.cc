#include "text/added_tokens.h"

#include <algorithm>

#include "base/json.h"
#include "limn/error.h"
#include "text/unicode.h"

namespace limn {

void add_token(AddedToken token, const Vocabulary& vocabulary, std::vector<AddedToken>& tokens, const std::string& file,
               const std::string& thing) {
  if (token.content.empty()) return;
  const auto refuse = [&](std::string expected) {
    throw Error({.file = file,
                 .thing = thing,
                 .found = "token " + shown_name(token.content) + " with id " + std::to_string(token.id),
                 .expected = std::move(expected)});
  };
  const auto id = vocabulary.id(token.content);
  if (id && *id != token.id) refuse("id " + std::to_string(*id) + " as in the vocabulary");
  const auto same = [&](const AddedToken& other) { return other.id == token.id || other.content == token.content; };
  if (std::ranges::any_of(tokens, same) || (!id && !vocabulary.token(token.id).empty()))
    refuse("a unique id and content");
  if (static_cast<std::size_t>(token.id) > vocabulary.size() + Vocabulary::most_gaps) refuse("ids without large gaps");
  tokens.push_back(std::move(token));
}

AddedTokenFinder::AddedTokenFinder(std::span<const AddedToken> tokens, const Normalizer& normalizer) {
  for (const AddedToken& token : tokens) {
    AlignedText text = align(token.content);
    normalize(normalizer, text);
    if (text.empty()) continue;
    Pattern pattern = {{}, token.id, token.single_word, token.lstrip, token.rstrip};
    for (const Character& character : text) pattern.content += character.code;
    patterns_.push_back(std::move(pattern));
  }
  std::ranges::stable_sort(patterns_, std::ranges::greater(),
                           [](const Pattern& pattern) { return pattern.content.size(); });
  std::ranges::stable_sort(patterns_, {}, &Pattern::first);
}

const AddedTokenFinder::Pattern* AddedTokenFinder::match(std::span<const Character> text) const {
  const auto fits = [&](const Pattern& pattern) {
    return pattern.content.size() <= text.size() &&
           std::ranges::equal(pattern.content, text.first(pattern.content.size()), {}, {}, &Character::code);
  };
  const char32_t first = text.front().code;
  auto candidate = std::ranges::lower_bound(patterns_, first, {}, &Pattern::first);
  for (; candidate != patterns_.end() && candidate->first() == first; ++candidate)
    if (fits(*candidate)) return &*candidate;
  return nullptr;
}

std::vector<AddedTokenFinder::Part> AddedTokenFinder::find(std::span<const Character> text) const {
  std::vector<Part> parts;
  std::size_t begin = 0;  // of the text not yet assigned to a part
  for (std::size_t i = 0; i < text.size();) {
    const Pattern* pattern = match(text.subspan(i));
    if (pattern == nullptr) {
      ++i;
      continue;
    }
    CharacterRange range = {i, i + pattern->content.size()};
    i = range.end;  // skips a rejected match as a whole, as `tokenizers` does
    if (pattern->single_word && ((range.begin > 0 && is_word_character(text[range.begin - 1].code)) ||
                                 (range.end < text.size() && is_word_character(text[range.end].code))))
      continue;
    if (pattern->lstrip)
      while (range.begin > begin && is_whitespace(text[range.begin - 1].code)) --range.begin;
    if (pattern->rstrip)
      while (range.end < text.size() && is_whitespace(text[range.end].code)) ++range.end;
    if (begin < range.begin) parts.push_back({{begin, range.begin}, {}});
    parts.push_back({range, pattern->id});
    begin = range.end;
  }
  if (begin < text.size()) parts.push_back({{begin, text.size()}, {}});
  return parts;
}

}  // namespace limn
