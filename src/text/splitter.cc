#include "text/splitter.h"

#include "text/unicode.h"

namespace limn {
namespace {

std::vector<CharacterRange> split_as_bert(std::span<const Character> text) {
  std::vector<CharacterRange> words;
  std::size_t begin = 0;  // of the word that is being read
  const auto end_word = [&](std::size_t end) {
    if (begin < end) words.push_back({begin, end});
    begin = end;
  };
  for (std::size_t i = 0; i < text.size(); i++) {
    if (is_whitespace(text[i].code)) {
      end_word(i);
      begin = i + 1;
    } else if (is_punctuation(text[i].code)) {
      end_word(i);
      end_word(i + 1);
    }
  }
  end_word(text.size());
  return words;
}

}  // namespace

std::vector<CharacterRange> split(const Splitter& splitter, std::span<const Character> text) {
  if (text.empty()) return {};
  return std::holds_alternative<BertSplitter>(splitter) ? split_as_bert(text)
                                                        : std::vector<CharacterRange>{{0, text.size()}};
}

}  // namespace limn
