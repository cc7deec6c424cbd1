#include "render/terminal_passage.h"

#include <algorithm>
#include <cmath>

namespace limn {
namespace {

bool is_inside_code_point(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

/// The nearest place outward from `at` that splits no word and no code point.
std::size_t outward(const TextRuns& shown, std::size_t at, bool is_end) {
  constexpr std::size_t near = 40;
  const std::string_view text = shown.text;
  if (at == 0 || at >= text.size()) return std::min(at, text.size());
  for (const Run& run : shown.runs)
    if (run.begin < at && at < run.end && (run.word || run.token || run.mark)) return is_end ? run.end : run.begin;
  for (std::size_t step = 0; step < near; ++step) {
    if (is_end && at + step < text.size() && text[at + step] == ' ') return at + step;
    if (!is_end && at > step && text[at - step - 1] == ' ') return at - step;
  }
  while (is_inside_code_point(text, at)) is_end ? ++at : --at;
  return at;
}

}  // namespace

std::size_t terminal_anchor(const Explanation& explanation, const TextRuns& shown) {
  for (const Mark& mark : shown.marks)
    if (mark.explained) return mark.begin;
  const Word* strongest = nullptr;
  for (const Word& word : explanation.words)
    if (word.sequence == shown.sequence && (!strongest || std::abs(word.score) > std::abs(strongest->score)))
      strongest = &word;
  if (strongest && strongest->score != 0) return strongest->begin;
  const auto read = std::find_if(shown.runs.begin(), shown.runs.end(), [](const Run& run) { return run.read; });
  return read == shown.runs.end() ? 0 : read->begin;
}

std::vector<Run> runs_around(const TextRuns& shown, std::size_t anchor, std::size_t bytes) {
  const std::size_t size = shown.text.size();
  std::size_t begin = anchor - std::min(anchor, bytes / 4);
  if (begin + bytes > size) begin = size - std::min(size, bytes);  // near the end, more of what stands before
  begin = std::min(begin, anchor);
  const std::size_t first = outward(shown, begin, false), last = outward(shown, std::min(begin + bytes, size), true);
  std::vector<Run> runs;
  for (Run run : shown.runs) {
    if (run.end <= first || run.begin >= last) continue;
    run.begin = std::max(run.begin, first);
    run.end = std::min(run.end, last);
    runs.push_back(run);
  }
  return runs;
}

std::string with_commas(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

}  // namespace limn
