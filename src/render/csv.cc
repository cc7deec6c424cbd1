#include "render/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>

#include "render/display_text.h"

namespace limn {

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string result = "\"";
  for (const char byte : text) {
    if (byte == '"') result += '"';
    result += byte;
  }
  return result + '"';
}

std::string csv_header() { return "row,explanation,sequence,begin,end,text,score,error\r\n"; }

std::string row_csv(std::size_t row, std::size_t explanation, const Explanation& why) {
  std::string result;
  const std::string_view texts[] = {why.text, why.pair ? std::string_view(*why.pair) : ""};
  const CodePoints points[] = {CodePoints(texts[0]), CodePoints(texts[1])};
  for (const Word& word : why.words) {
    const int sequence = word.sequence == 1;
    const std::string_view text = texts[sequence];
    const std::size_t end = std::min(word.end, text.size()), begin = std::min(word.begin, end);
    fmt::format_to(std::back_inserter(result), "{},{},{},{},{},{},{},\r\n", row, explanation, sequence,
                   points[sequence].before(begin), points[sequence].before(end),
                   csv_field(text.substr(begin, end - begin)), word.score);
  }
  return result;
}

std::string failed_row_csv(std::size_t row, std::string_view message) {
  return fmt::format("{},,,,,,,{}\r\n", row, csv_field(message));
}

std::string to_csv(const Explanation& explanation) { return to_csv(std::span(&explanation, 1)); }

std::string to_csv(std::span<const Explanation> explanations, std::size_t first, bool header) {
  std::string result = header ? csv_header() : "";
  for (std::size_t i = 0; i < explanations.size(); ++i) result += row_csv(first + i, 0, explanations[i]);
  return result;
}

}  // namespace limn
