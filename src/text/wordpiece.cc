#include "text/wordpiece.h"

#include <optional>
#include <string_view>

#include "text/unicode.h"

namespace limn {

void WordPiece::tokenize(const Vocabulary& vocabulary, std::span<const Character> text, std::int32_t word,
                         Scratch& scratch, Subwords& subwords) const {
  const std::size_t subwords_before = subwords.size();
  const auto give_up = [&] {
    subwords.ids.resize(subwords_before);
    subwords.offsets.resize(subwords_before);
    subwords.words.resize(subwords_before);
    subwords.push_back(unknown, origin(text), word);
  };
  if (text.size() > longest_word) return give_up();

  std::string& bytes = scratch.bytes;
  std::vector<std::size_t>& begins = scratch.begins;
  std::vector<Vocabulary::Hash>& hashes = scratch.hashes;
  bytes.clear();
  begins.assign(1, 0);
  for (const Character& character : text) {
    append_utf8(character.code, bytes);
    begins.push_back(bytes.size());
  }
  const auto between = [&](std::size_t begin, std::size_t end) {
    return std::string_view(bytes).substr(begins[begin], begins[end] - begins[begin]);
  };

  for (std::size_t begin = 0; begin < text.size();) {
    const std::string_view prefix = begin == 0 ? std::string_view() : continuing_prefix;
    hashes.assign(1, Vocabulary::hash(prefix));  // [n]: of the token with n characters
    for (std::size_t end = begin + 1; end <= text.size(); ++end) {
      if (prefix.size() + between(begin, end).size() > vocabulary.longest_token_bytes()) break;
      hashes.push_back(Vocabulary::hash(between(end - 1, end), hashes.back()));
    }
    std::size_t length = hashes.size() - 1;
    std::optional<std::int32_t> id;
    for (; length > 0; --length) {
      id = vocabulary.id(prefix, between(begin, begin + length), hashes[length]);
      if (id) break;
    }
    if (!id) return give_up();
    subwords.push_back(*id, origin(text.subspan(begin, length)), word);
    begin += length;
  }
}

}  // namespace limn
