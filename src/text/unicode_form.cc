#include "text/unicode_form.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "text/unicode.h"

namespace limn {
namespace {

/// The first code point that the form can change.
char32_t first_that_matters(UnicodeForm form) {
  if (form.compatible) return 0xA0;
  return form.composed ? 0x300 : 0xC0;
}

std::vector<Change> decomposed(bool compatible, const AlignedText& text) {
  struct Pending {  // a mark to be ordered among those after a base character
    Change change;
    int combining_class;
  };
  std::vector<Change> result;
  result.reserve(text.size() + text.size() / 4);
  std::vector<Pending> pending;
  const auto flush = [&] {
    std::ranges::stable_sort(pending, {}, &Pending::combining_class);
    for (const Pending& mark : pending) result.push_back(mark.change);
    pending.clear();
  };
  for (const Character& character : text) {
    if (is_ascii(character.code)) {
      flush();
      result.push_back({character.code, 0});
      continue;
    }
    int change = 0;
    const auto add = [&](char32_t code) {
      const int of = combining_class(code);
      if (of == 0) flush();
      pending.push_back({{code, std::exchange(change, 1)}, of});
    };
    if (compatible)
      std::ranges::for_each(compatible_decomposition(character.code), add);
    else
      std::ranges::for_each(decomposition(character.code), add);
  }
  flush();
  return result;
}

/// The canonical composition algorithm (Unicode Standard, D117). A composed character replaces all its parts.
std::vector<Change> composed(const std::vector<Change>& changes) {
  std::vector<Change> result;
  result.reserve(changes.size());
  std::size_t starter = changes.size();  // its index in the result; none yet
  int last_class = 0;                    // of the previous mark; 0: the starter itself
  for (const Change& next : changes) {
    const int of = combining_class(next.code);
    const bool blocked = last_class != 0 && last_class >= of;
    if (starter < result.size() && !blocked) {
      if (const char32_t code = composition(result[starter].code, next.code); code != 0) {
        result[starter] = {code, result[starter].change + next.change - 1};
        continue;
      }
    }
    if (of == 0) starter = result.size();
    last_class = of;
    result.push_back(next);
  }
  return result;
}

}  // namespace

void normalize(UnicodeForm form, AlignedText& text) {
  const char32_t first = first_that_matters(form);
  if (std::ranges::all_of(text, [&](const Character& character) { return character.code < first; })) return;
  std::vector<Change> changes = decomposed(form.compatible, text);
  if (form.composed) changes = composed(changes);
  text = changed(text, changes);
}

}  // namespace limn
