#include "text/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 32
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.h"
#include "limn/error.h"
#include "text/unicode.h"

namespace limn {

struct Pattern::Code {
  std::string expression;  // for messages
  std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code = {nullptr, pcre2_code_free};
  std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> limits = {nullptr,
                                                                                      pcre2_match_context_free};
};

namespace {

PCRE2_SPTR as_pcre(const std::u32string& text) {
  static_assert(sizeof(PCRE2_UCHAR) == sizeof(char32_t));
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

std::u32string decoded(std::string_view text) {
  std::u32string result;
  for (std::size_t position = 0; position < text.size();) result.push_back(next_code_point(text, position));
  return result;
}

/// With Oniguruma's \s spelled out: PCRE2 counts U+180E as a space.
std::u32string with_spaces_of_oniguruma(const std::u32string& expression) {
  static const std::u32string spaces =
      U"\\x09-\\x0d\\x20\\x85\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}";
  std::u32string result;
  bool in_class = false;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char32_t code = expression[i];
    if (code == '\\' && i + 1 < expression.size()) {
      const char32_t letter = expression[++i];
      if (letter == 's')
        result += in_class ? spaces : U"[" + spaces + U"]";
      else if (letter == 'S' && !in_class)
        result += U"[^" + spaces + U"]";
      else
        result += {code, letter};
      continue;
    }
    if (code == '[') in_class = true;
    if (code == ']') in_class = false;
    result.push_back(code);
  }
  return result;
}

std::string message(int error) {
  std::array<PCRE2_UCHAR, 200> codes = {};
  pcre2_get_error_message(error, codes.data(), codes.size());
  std::string text;
  for (const PCRE2_UCHAR code : codes) {
    if (code == 0) break;
    append_utf8(static_cast<char32_t>(code), text);
  }
  return text;
}

}  // namespace

Pattern Pattern::literal(std::string_view text) {
  Pattern result;
  result.literal_ = decoded(text);
  return result;
}

Pattern Pattern::regex(std::string_view expression, const std::string& file, const std::string& thing) {
  const std::u32string text = with_spaces_of_oniguruma(decoded(expression));
  auto code = std::make_shared<Code>();
  code->expression = expression;
  int error = 0;
  PCRE2_SIZE where = 0;
  // Oniguruma's ^ and $ match at line breaks.
  code->code.reset(pcre2_compile(as_pcre(text), text.size(),
                                 PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error, &where,
                                 nullptr));
  if (!code->code) {
    throw Error({.file = file,
                 .thing = thing,
                 .found = shown_name(expression) + " (" + message(error) + ")",
                 .expected = "a regular expression that PCRE2 accepts"});
  }
  constexpr std::uint32_t most_steps = 1'000'000, most_memory = 100'000;  // KiB
  code->limits.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(code->limits.get(), most_steps);
  pcre2_set_heap_limit(code->limits.get(), most_memory);
  Pattern result;
  result.code_ = std::move(code);
  return result;
}

std::vector<CharacterRange> Pattern::find(std::span<const Character> text) const {
  if (code_) return find_regex(text);
  std::vector<CharacterRange> matches;
  if (literal_.empty()) return matches;
  const auto same = [](const Character& character, char32_t code) { return character.code == code; };
  for (auto from = text.begin();;) {
    const auto found = std::search(from, text.end(), literal_.begin(), literal_.end(), same);
    if (found == text.end()) return matches;
    const auto begin = static_cast<std::size_t>(found - text.begin());
    matches.push_back({begin, begin + literal_.size()});
    from = found + static_cast<std::ptrdiff_t>(literal_.size());
  }
}

bool Pattern::is_within_words() const {
  if (code_) return code_->expression == " {2,}";
  return literal_.find(U' ') == literal_.npos;
}

std::vector<CharacterRange> Pattern::find_regex(std::span<const Character> text) const {
  std::u32string subject;
  subject.reserve(text.size());
  for (const Character& character : text) subject.push_back(character.code);
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(pcre2_match_data_create(1, nullptr),
                                                                                 pcre2_match_data_free);
  std::vector<CharacterRange> matches;
  for (std::size_t from = 0; from <= subject.size();) {
    const int count = pcre2_match(code_->code.get(), as_pcre(subject), subject.size(), from, PCRE2_NO_UTF_CHECK,
                                  data.get(), code_->limits.get());
    if (count == PCRE2_ERROR_NOMATCH) break;
    if (count < 0) {
      throw Error({.thing = "regular expression " + shown_name(code_->expression),
                   .found = "a text on which matching gives up (" + message(count) + ")",
                   .expected = "an expression with less backtracking"});
    }
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
    const CharacterRange match = {ends[0], ends[1]};
    const bool touches = match.empty() && !matches.empty() && matches.back().end == match.end;
    if (!touches) matches.push_back(match);
    from = touches ? from + 1 : match.end;
  }
  return matches;
}

}  // namespace limn
