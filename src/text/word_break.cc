#include "text/word_break.h"

#include <utf8proc.h>

#include <algorithm>
#include <span>
#include <string_view>

#include "text/unicode.h"
#include "text/unicode_tables.h"

namespace limn {
namespace {

/// Letters of which a sequence is not a word: those of Line_Break=Complex_Context (Thai, Lao, Myanmar, Khmer, New Tai
/// Lue, Tai Le, Tai Tham, Tai Viet, Ahom), Hiragana, and ideographs (Han, Tangut, Khitan, Nushu). Blocks, of which only
/// the letters matter.
constexpr CodeRange without_spaces[] = {
    {0x0E01, 0x0EDF},   {0x1000, 0x109F},   {0x1780, 0x17DC},   {0x1950, 0x19DF},   {0x1A20, 0x1AAD},
    {0x3006, 0x3007},   {0x3021, 0x3029},   {0x3038, 0x303A},   {0x3041, 0x3096},   {0x309D, 0x309F},
    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA9E0, 0xA9EF},   {0xA9FA, 0xA9FE},   {0xAA60, 0xAADF},
    {0xF900, 0xFAFF},   {0x11700, 0x11746}, {0x16FE4, 0x16FE4}, {0x17000, 0x18D08}, {0x1B001, 0x1B11F},
    {0x1B132, 0x1B132}, {0x1B150, 0x1B152}, {0x1B170, 0x1B2FB}, {0x1F200, 0x1F200}, {0x20000, 0x3FFFF}};

constexpr CodeRange katakana[] = {{0x3031, 0x3035},   {0x309B, 0x309C},   {0x30A0, 0x30FA},   {0x30FC, 0x30FF},
                                  {0x31F0, 0x31FF},   {0x32D0, 0x32FE},   {0x3300, 0x3357},   {0xFF66, 0xFF9D},
                                  {0x1AFF0, 0x1AFF3}, {0x1AFF5, 0x1AFFB}, {0x1AFFD, 0x1AFFE}, {0x1B000, 0x1B000},
                                  {0x1B120, 0x1B122}, {0x1B155, 0x1B155}, {0x1B164, 0x1B167}};

/// Symbols and punctuation that are parts of words: modifiers, and letters in circles.
constexpr CodeRange more_letters[] = {{0x2C2, 0x2C5},     {0x2D2, 0x2D7},     {0x2DE, 0x2DF},    {0x2E5, 0x2EB},
                                      {0x2ED, 0x2ED},     {0x2EF, 0x2FF},     {0x55A, 0x55C},    {0x55E, 0x55E},
                                      {0x58A, 0x58A},     {0x5F3, 0x5F3},     {0x70F, 0x70F},    {0x24B6, 0x24E9},
                                      {0xA708, 0xA716},   {0xA720, 0xA721},   {0xA789, 0xA78A},  {0xAB5B, 0xAB5B},
                                      {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};

/// Numbers and signs of numbers outside the category Nd.
constexpr CodeRange number_signs[] = {{0x600, 0x605}, {0x66B, 0x66B},   {0x6DD, 0x6DD},     {0x890, 0x891},
                                      {0x8E2, 0x8E2}, {0x19DA, 0x19DA}, {0x110BD, 0x110BD}, {0x110CD, 0x110CD}};

WordBreak ascii(char32_t code) {
  switch (code) {
    case '\r':
      return WordBreak::carriage_return;
    case '\n':
      return WordBreak::line_feed;
    case 0x0B:
    case 0x0C:
      return WordBreak::newline;
    case ' ':
      return WordBreak::space;
    case '\'':
      return WordBreak::single_quote;
    case '"':
      return WordBreak::double_quote;
    case '.':
      return WordBreak::mid_number_or_letter;
    case ':':
      return WordBreak::mid_letter;
    case ',':
    case ';':
      return WordBreak::mid_number;
    case '_':
      return WordBreak::connector;
    default:
      break;
  }
  if (code >= '0' && code <= '9') return WordBreak::number;
  const char32_t lower = code | 0x20;
  return lower >= 'a' && lower <= 'z' ? WordBreak::letter : WordBreak::other;
}

WordBreak letter(char32_t code) {
  if (contains(katakana, code)) return WordBreak::katakana;
  if (contains(without_spaces, code)) return WordBreak::other;
  const bool is_hebrew = (code >= 0x5D0 && code <= 0x5F2) || (code >= 0xFB1D && code <= 0xFB4F);
  return is_hebrew ? WordBreak::hebrew_letter : WordBreak::letter;
}

}  // namespace

WordBreak word_break(char32_t code) {
  if (code < 0x80) return ascii(code);
  if (is_one_of(U"\x85\u2028\u2029", code)) return WordBreak::newline;
  if (code == 0x200D) return WordBreak::joiner;
  if (is_one_of(U"\u2018\u2019\u2024\uFE52\uFF07\uFF0E", code)) return WordBreak::mid_number_or_letter;
  if (is_one_of(U"\u00B7\u0387\u055F\u05F4\u2027\uFE13\uFE55\uFF1A", code)) return WordBreak::mid_letter;
  if (is_one_of(U"\u037E\u0589\u060C\u060D\u066C\u07F8\u2044\uFE10\uFE14\uFE50\uFE54\uFF0C\uFF1B", code))
    return WordBreak::mid_number;
  if (code >= 0x1F1E6 && code <= 0x1F1FF) return WordBreak::regional_indicator;
  if (contains(more_letters, code)) return WordBreak::letter;
  if (contains(number_signs, code)) return WordBreak::number;

  const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(code));
  if (property.boundclass == UTF8PROC_BOUNDCLASS_EXTEND || property.category == UTF8PROC_CATEGORY_MC)
    return WordBreak::extend;
  switch (property.category) {
    case UTF8PROC_CATEGORY_CF:
      return code == 0x200B ? WordBreak::other : WordBreak::format;
    case UTF8PROC_CATEGORY_ND:
      return WordBreak::number;
    case UTF8PROC_CATEGORY_PC:
      return WordBreak::connector;
    case UTF8PROC_CATEGORY_ZS:
      if (code == 0x202F) return WordBreak::connector;
      return code == 0xA0 || code == 0x2007 ? WordBreak::other : WordBreak::space;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
      return letter(code);
    default:
      return contains(katakana, code) ? WordBreak::katakana : WordBreak::other;
  }
}

bool is_pictograph(char32_t code) {
  return utf8proc_get_property(static_cast<utf8proc_int32_t>(code))->boundclass ==
         UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

}  // namespace limn
