#include "text/normalizer.h"

#include <algorithm>
#include <utility>

#include "text/unicode.h"

namespace limn {
namespace {

void clean(AlignedText& text) {
  std::erase_if(text,
                [](const Character& character) { return character.code == 0xFFFD || is_control(character.code); });
  for (Character& character : text) {
    if (is_whitespace(character.code)) character.code = ' ';
  }
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

/// A decomposed character that waits for its place among the marks after a base character.
struct Pending {
  char32_t code;
  int combining_class;
  bool inserted;  // not the first of its decomposition
};

/// Canonical decomposition and ordering. Marks that change places take the origins in the order of the original, so
/// that origins never run backwards.
void decompose(AlignedText& text) {
  constexpr char32_t first_that_matters = 0xC0;  // below, nothing decomposes or combines
  if (std::ranges::all_of(text, [](const Character& character) { return character.code < first_that_matters; })) return;
  AlignedText result;
  result.reserve(text.size() + text.size() / 4);
  auto source = text.begin();
  std::vector<Pending> pending;
  const auto flush = [&] {
    std::ranges::stable_sort(pending, {}, &Pending::combining_class);
    for (const Pending& mark : pending) {
      const Character& from = mark.inserted ? source[-1] : *source++;
      result.push_back({mark.code, from.begin, from.end});
    }
    pending.clear();
  };
  for (const Character& character : text) {
    bool inserted = false;
    for (const char32_t code : decomposition(character.code)) {
      const int of = combining_class(code);
      if (of == 0) flush();
      pending.push_back({code, of, std::exchange(inserted, true)});
    }
  }
  flush();
  text = std::move(result);
}

void lower(AlignedText& text) {
  AlignedText result;
  result.reserve(text.size());
  for (const Character& character : text) {
    for (const char32_t code : lowercase(character.code)) result.push_back({code, character.begin, character.end});
  }
  text = std::move(result);
}

struct Apply {
  AlignedText& text;

  void operator()(const BertNormalizer& bert) const {
    if (bert.clean_text) clean(text);
    if (bert.handle_chinese_chars) set_ideographs_apart(text);
    if (bert.strip_accents.value_or(bert.lowercase)) {
      decompose(text);
      std::erase_if(text, [](const Character& character) { return is_nonspacing_mark(character.code); });
    }
    if (bert.lowercase) lower(text);
  }
  void operator()(Lowercase) const { lower(text); }
  void operator()(Nfd) const { decompose(text); }
};

}  // namespace

void normalize(const Normalizer& normalizer, AlignedText& text) {
  for (const NormalizerStep& step : normalizer) std::visit(Apply{text}, step);
}

}  // namespace limn
