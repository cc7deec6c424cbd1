#include "evaluate/text_changes.h"

#include <algorithm>
#include <random>
#include <vector>

#include "base/random.h"

namespace limn {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_lower(c) || is_upper(c); }

constexpr char case_bit = 'a' - 'A';

std::string with_other_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (is_letter(c)) c = static_cast<char>(c ^ case_bit);
  return result;
}

std::string with_other_end(std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  std::string result(text.substr(0, end == text.npos ? 0 : end + 1));
  if (result.ends_with('.'))
    result.pop_back();
  else
    result += '.';
  return result + std::string(text.substr(std::min(text.size(), end + 1)));
}

std::string with_double_blanks(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == ' ' ? "  " : std::string(1, c);
  return result;
}

/// Swaps two different letters that are neither first nor last of their word, so that readers still recognise it.
std::string with_typo(std::string_view text, std::uint64_t seed) {
  std::vector<std::size_t> places;
  for (std::size_t i = 1; i + 2 < text.size(); ++i)
    if (is_letter(text[i - 1]) && is_letter(text[i]) && is_letter(text[i + 1]) && is_letter(text[i + 2]) &&
        text[i] != text[i + 1])
      places.push_back(i);
  std::string result(text);
  if (places.empty()) return result;
  auto engine = random_engine(seed, text.size());
  const std::size_t place = places[std::uniform_int_distribution<std::size_t>(0, places.size() - 1)(engine)];
  std::swap(result[place], result[place + 1]);
  return result;
}

}  // namespace

std::string_view name_of(TextChange change) {
  switch (change) {
    case TextChange::letter_case:
      return "case";
    case TextChange::punctuation:
      return "punctuation";
    case TextChange::white_space:
      return "white space";
    case TextChange::typos:
      break;
  }
  return "typos";
}

std::optional<std::string> changed_text(std::string_view text, TextChange change, std::uint64_t seed) {
  const std::string changed = change == TextChange::letter_case   ? with_other_case(text)
                              : change == TextChange::punctuation ? with_other_end(text)
                              : change == TextChange::white_space ? with_double_blanks(text)
                                                                  : with_typo(text, seed);
  return changed == text ? std::nullopt : std::optional(changed);
}

}  // namespace limn
