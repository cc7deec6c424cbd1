#include "text/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <ranges>
#include <span>

#include "text/unicode_tables.h"

namespace limn {
namespace {

utf8proc_category_t category(char32_t code) { return utf8proc_category(static_cast<utf8proc_int32_t>(code)); }

bool is_ascii_letter_or_digit(char32_t code) {
  return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || (code >= '0' && code <= '9');
}

template <std::size_t N>
FewCodePoints<N> decompose(char32_t code, utf8proc_option_t options) {
  FewCodePoints<N> result;
  std::array<utf8proc_int32_t, N> codes;
  int boundary = 0;
  result.size = static_cast<std::size_t>(
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), codes.data(), codes.size(), options, &boundary));
  std::ranges::transform(codes.begin(), codes.begin() + result.size, result.codes.begin(),
                         [](utf8proc_int32_t part) { return static_cast<char32_t>(part); });
  return result;
}

/// Lower-case letters of Unicode 16 and 17, which utf8proc does not know.
char32_t newer_lowercase(char32_t code) {
  if (code >= 0x10D50 && code <= 0x10D65) return code + 0x20;  // Garay
  if (code >= 0x16EA0 && code <= 0x16EB8) return code + 0x1B;  // Beria Erfe
  switch (code) {
    case 0x1C89:
    case 0xA7CC:
    case 0xA7CE:
    case 0xA7D2:
    case 0xA7D4:
    case 0xA7DA:
      return code + 1;
    case 0xA7CB:
      return 0x264;
    case 0xA7DC:
      return 0x19B;
    default:
      return code;
  }
}

}  // namespace

bool is_control(char32_t code) {
  if (is_ascii(code)) return (code < ' ' && code != '\t' && code != '\n' && code != '\r') || code == 0x7F;
  switch (category(code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CO:
      return true;
    case UTF8PROC_CATEGORY_CF:
      return !contains(newer_controls, code);
    default:
      return false;
  }
}

bool is_punctuation(char32_t code) {
  if (is_ascii(code)) return code > ' ' && code < 0x7F && !is_ascii_letter_or_digit(code);
  const auto of = category(code);
  if (of >= UTF8PROC_CATEGORY_PC && of <= UTF8PROC_CATEGORY_PO) return !contains(newer_punctuation, code);
  return code == 0x166D || code == 0x111C9;  // Po in Unicode 8
}

bool is_nonspacing_mark(char32_t code) {
  if (code < 0x300) return false;
  if (category(code) == UTF8PROC_CATEGORY_MN) return !contains(newer_marks, code);
  return code == 0x1734;  // Mn in Unicode 8
}

bool is_mark(char32_t code) {
  if (code < 0x300) return false;
  const auto of = category(code);
  if (of >= UTF8PROC_CATEGORY_MN && of <= UTF8PROC_CATEGORY_ME) return !contains(newer_any_marks, code);
  return code == 0x1CF2 || code == 0x1CF3;  // Mc in Unicode 9
}

bool is_letter(char32_t code) {
  if (is_ascii(code)) return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
  const auto of = category(code);
  return (of >= UTF8PROC_CATEGORY_LU && of <= UTF8PROC_CATEGORY_LO) || contains(newer_letters, code);
}

bool is_number(char32_t code) {
  if (is_ascii(code)) return code >= '0' && code <= '9';
  const auto of = category(code);
  return (of >= UTF8PROC_CATEGORY_ND && of <= UTF8PROC_CATEGORY_NO) || contains(newer_numbers, code);
}

bool is_numeric(char32_t code) { return is_number(code) || contains(newest_numbers, code); }

bool is_word_character(char32_t code) {
  if (is_ascii(code)) return is_ascii_letter_or_digit(code) || code == '_';
  const auto of = category(code);
  return (of >= UTF8PROC_CATEGORY_LU && of <= UTF8PROC_CATEGORY_NL) || of == UTF8PROC_CATEGORY_PC || code == 0x200C ||
         code == 0x200D || contains(newer_word_characters, code);
}

bool is_lowercase(char32_t code) { return category(code) == UTF8PROC_CATEGORY_LL; }

bool is_ideograph(char32_t code) {
  // Up to 0x2B81F and from 0x2B920: the gap is a mistake in the original that every BERT tokenizer repeats.
  constexpr CodeRange blocks[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},  {0x20000, 0x2A6DF},
                                  {0x2A700, 0x2B81F}, {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};
  return code >= blocks[0].first && contains(blocks, code);
}

bool ends_grapheme(char32_t before, char32_t after, std::int32_t& state) {
  if (is_ascii(before) && is_ascii(after) && before != '\r') {
    state = 0;
    return true;
  }
  return utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(before), static_cast<utf8proc_int32_t>(after),
                                          &state);
}

int combining_class(char32_t code) {
  if (code < 0x300) return 0;
  const int value = utf8proc_get_property(static_cast<utf8proc_int32_t>(code))->combining_class;
  return value != 0 && contains(newer_classes, code) ? 0 : value;
}

ShortCodePoints decomposition(char32_t code) {
  if (code < 0xC0 || code == 0x11938) return {{code}, 1};  // 0x11938 is newer than Unicode 9
  return decompose<4>(code, UTF8PROC_DECOMPOSE);
}

CompatibleCodePoints compatible_decomposition(char32_t code) {
  if (code < 0xA0 || code == 0x11938 || contains(newer_compatible, code)) return {{code}, 1};
  return decompose<18>(code, static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT));
}

char32_t composition(char32_t first, char32_t second) {
  constexpr char32_t first_that_composes = 0x300;
  if (second < first_that_composes) return 0;
  std::array<utf8proc_int32_t, 3> codes = {static_cast<utf8proc_int32_t>(first), static_cast<utf8proc_int32_t>(second),
                                           0};
  const auto size =
      utf8proc_normalize_utf32(codes.data(), 2, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  return size == 1 ? static_cast<char32_t>(codes[0]) : 0;
}

ShortCodePoints lowercase(char32_t code) {
  if (is_ascii(code)) return {{code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code}, 1};
  if (code == 0x130) return {{'i', 0x307}, 2};  // İ, the only one that maps to two
  const auto lower = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code)));
  return {{lower != code ? lower : newer_lowercase(code)}, 1};
}

}  // namespace limn
