#include "task/find_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace limn {
namespace {

/// Code points in small letters, one for one, and where each begins; `begins` has one more element: the end.
struct Letters {
  std::vector<std::int32_t> values;
  std::vector<std::size_t> begins;
};

Letters letters(std::string_view text, bool ignore_case) {
  Letters result;
  for (std::size_t i = 0; i < text.size();) {
    utf8proc_int32_t code_point = 0;
    const auto length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + i),
                         static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size() - i, 4)), &code_point);
    result.values.push_back(ignore_case && length > 0 ? utf8proc_tolower(code_point) : code_point);
    result.begins.push_back(i);
    i += length > 0 ? static_cast<std::size_t>(length) : 1;
  }
  result.begins.push_back(text.size());
  return result;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::vector<Span> find_all(std::string_view text, std::string_view piece, bool ignore_case) {
  const Letters t = letters(text, ignore_case), p = letters(piece, ignore_case);
  std::vector<Span> found;
  for (auto at = t.values.begin();; ++at) {
    at = std::search(at, t.values.end(), p.values.begin(), p.values.end());
    if (at == t.values.end()) return found;
    const auto i = static_cast<std::size_t>(at - t.values.begin());
    found.push_back({t.begins[i], t.begins[i + p.values.size()]});
  }
}

std::string_view nearest(std::string_view text, std::string_view piece) {
  constexpr std::size_t longest_piece = 200;  // code points; the search takes text · piece steps
  const Letters t = letters(text, true);
  Letters p = letters(piece, true);
  p.values.resize(std::min(p.values.size(), longest_piece));

  // Sellers' algorithm: after j code points of the text, column[i] is the smallest distance between the first i of the
  // piece and any substring that ends there, and where that substring begins.
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
      const Cell& without_piece = column[i - 1];
      if (without_letter.distance + 1 < cell.distance) cell = {without_letter.distance + 1, without_letter.begin};
      if (without_piece.distance + 1 < cell.distance) cell = {without_piece.distance + 1, without_piece.begin};
      diagonal = column[i];
      column[i] = cell;
    }
    if (column.back().distance < best.distance) best = column.back(), best_end = j + 1;
  }
  if (best_end <= best.begin) return {};  // nothing in common

  std::size_t begin = t.begins[best.begin], end = t.begins[best_end];
  while (begin < end && is_space(text[begin])) ++begin;
  while (end > begin && is_space(text[end - 1])) --end;
  while (begin > 0 && !is_space(text[begin - 1])) --begin;
  while (end < text.size() && !is_space(text[end])) ++end;
  return text.substr(begin, end - begin);
}

}  // namespace limn
