#include "text/byte_level.h"

#include <array>
#include <string>
#include <string_view>

#include "text/unicode.h"

namespace limn {
namespace {

constexpr bool is_visible(unsigned byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr std::array<char32_t, 256> characters_of_bytes = [] {
  std::array<char32_t, 256> result = {};
  char32_t next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) result[byte] = is_visible(byte) ? byte : next++;
  return result;
}();

enum class Kind { letter, number, space, other };

Kind kind(char32_t code) {
  if (is_letter(code)) return Kind::letter;
  if (is_whitespace(code)) return Kind::space;
  return is_number(code) ? Kind::number : Kind::other;
}

/// The length in characters of the contraction ("'s", "'re") that a text begins with, or 0.
std::size_t contraction(std::span<const Character> text) {
  using namespace std::string_view_literals;
  if (text.size() < 2 || text[0].code != '\'') return 0;
  const char32_t first = text[1].code;
  for (const char letter : "stmd"sv)
    if (first == static_cast<char32_t>(letter)) return 2;
  if (text.size() < 3) return 0;
  const char32_t second = text[2].code;
  const bool fits =
      (first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l');
  return fits ? 3 : 0;
}

}  // namespace

char32_t byte_character(unsigned char byte) { return characters_of_bytes[byte]; }

void append_byte_characters(std::span<const Character> text, AlignedText& result) {
  std::string bytes;
  for (const Character& character : text) {
    if (is_ascii(character.code)) {
      result.push_back({characters_of_bytes[character.code], character.begin, character.end});
      continue;
    }
    bytes.clear();
    append_utf8(character.code, bytes);
    for (const char byte : bytes)
      result.push_back({byte_character(static_cast<unsigned char>(byte)), character.begin, character.end});
  }
}

std::vector<CharacterRange> split_as_gpt2(std::span<const Character> text) {
  std::vector<CharacterRange> words;
  std::size_t begin = 0;
  const auto end_of_run = [&](std::size_t from, Kind of) {
    while (from < text.size() && kind(text[from].code) == of) ++from;
    return from;
  };
  while (begin < text.size()) {
    std::size_t end = begin + contraction(text.subspan(begin));
    if (end == begin) {
      const bool blank = text[begin].code == ' ' && begin + 1 < text.size();
      const std::size_t first = begin + (blank ? 1 : 0);
      Kind of = kind(text[first].code);
      if (of != Kind::space) {
        end = end_of_run(first, of);
      } else {
        end = end_of_run(begin, Kind::space);
        // The last space belongs to the next word, unless it is the only one.
        if (end < text.size() && end > begin + 1) --end;
      }
    }
    words.push_back({begin, end});
    begin = end;
  }
  return words;
}

}  // namespace limn
