#include "task/find_text.h"

#include <algorithm>
#include <cstddef>

#include "base/white_space.h"
#include "text/unicode.h"

namespace limn {
namespace {

/// Code points, optionally lower-cased one to one, and the byte offset of each; `begins` has one more element: the end.
struct Letters {
  std::vector<char32_t> values;
  std::vector<std::size_t> begins;
};

Letters letters(std::string_view text, bool ignore_case) {
  Letters result;
  for (std::size_t i = 0; i < text.size();) {
    result.begins.push_back(i);
    const char32_t code = next_code_point(text, i);
    result.values.push_back(ignore_case ? lowercase(code).codes[0] : code);
  }
  result.begins.push_back(text.size());
  return result;
}

}  // namespace

std::vector<Span> find_all(std::string_view text, std::string_view query, bool ignore_case) {
  const Letters t = letters(text, ignore_case), p = letters(query, ignore_case);
  std::vector<Span> found;
  for (auto at = t.values.begin();; ++at) {
    at = std::search(at, t.values.end(), p.values.begin(), p.values.end());
    if (at == t.values.end()) return found;
    const auto i = static_cast<std::size_t>(at - t.values.begin());
    found.push_back({t.begins[i], t.begins[i + p.values.size()]});
  }
}

std::string_view nearest(std::string_view text, std::string_view query) {
  constexpr std::size_t longest_query = 200;  // code points; the search takes size(text) · size(query) steps
  const Letters t = letters(text, true);
  Letters p = letters(query, true);
  p.values.resize(std::min(p.values.size(), longest_query));

  // Sellers' algorithm: after j code points of the text, column[i] holds the smallest distance between the first i code
  // points of the query and any substring that ends at j, and where that substring begins.
  struct Cell {
    std::size_t distance = 0, begin = 0;
  };
  std::vector<Cell> column(p.values.size() + 1);
  for (std::size_t i = 0; i < column.size(); ++i) column[i] = {i, 0};
  Cell best = column.back();
  std::size_t best_end = 0;
  for (std::size_t j = 0; j < t.values.size(); ++j) {
    Cell diagonal = column[0];
    column[0] = {0, j + 1};
    for (std::size_t i = 1; i < column.size(); ++i) {
      Cell cell = diagonal;
      if (p.values[i - 1] != t.values[j]) ++cell.distance;
      const Cell& without_letter = column[i];
      const Cell& without_query = column[i - 1];
      if (without_letter.distance + 1 < cell.distance) cell = {without_letter.distance + 1, without_letter.begin};
      if (without_query.distance + 1 < cell.distance) cell = {without_query.distance + 1, without_query.begin};
      diagonal = column[i];
      column[i] = cell;
    }
    if (column.back().distance < best.distance) best = column.back(), best_end = j + 1;
  }
  if (best_end <= best.begin) return {};  // nothing in common

  std::size_t begin = t.begins[best.begin], end = t.begins[best_end];
  while (begin < end && is_ascii_whitespace(text[begin])) ++begin;
  while (end > begin && is_ascii_whitespace(text[end - 1])) --end;
  while (begin > 0 && !is_ascii_whitespace(text[begin - 1])) --begin;
  while (end < text.size() && !is_ascii_whitespace(text[end])) ++end;
  return text.substr(begin, end - begin);
}

}  // namespace limn
