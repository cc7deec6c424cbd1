#include "render/text_runs.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <variant>

#include "base/utf8.h"
#include "render/display_text.h"
#include "render/summary.h"

namespace limn {
namespace {

constexpr std::size_t mark_columns = 40;

struct Span {
  std::size_t begin = 0, end = 0;
  std::size_t index = 0;  // index of a word, token or mark
};

bool fits(std::size_t begin, std::size_t end, std::string_view text) { return begin < end && end <= text.size(); }

// Sorts spans by begin, and drops those that begin inside an earlier one.
std::vector<Span> without_overlaps(std::vector<Span> spans) {
  std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::vector<Span> result;
  for (const Span& span : spans)
    if (result.empty() || span.begin >= result.back().end) result.push_back(span);
  return result;
}

// Finds the span that contains a byte; bytes must be requested in ascending order.
class Cursor {
 public:
  explicit Cursor(const std::vector<Span>& spans) : spans_(spans) {}

  std::optional<std::size_t> at(std::size_t byte) {
    while (next_ < spans_.size() && spans_[next_].end <= byte) ++next_;
    if (next_ == spans_.size() || spans_[next_].begin > byte) return {};
    return spans_[next_].index;
  }

 private:
  const std::vector<Span>& spans_;
  std::size_t next_ = 0;
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

utf8proc_int32_t code_point_at(std::string_view text, std::size_t byte) {
  const auto point = decode_utf8(text, byte).value;
  return point ? static_cast<utf8proc_int32_t>(*point) : -1;
}

bool splits_cluster(std::string_view text, std::size_t byte) {
  constexpr utf8proc_int32_t zero_width_joiner = 0x200D;
  if (byte == 0 || byte >= text.size()) return false;
  if (is_continuation(text[byte])) return true;
  std::size_t previous = byte - 1;
  while (previous > 0 && is_continuation(text[previous])) --previous;
  const utf8proc_int32_t left = code_point_at(text, previous), right = code_point_at(text, byte);
  if (left < 0 || right < 0) return false;
  return left == zero_width_joiner || !utf8proc_grapheme_break(left, right);
}

// Returns the span of the original text that a range of tokens covers, if the tokens are from one sequence.
std::optional<std::tuple<int, std::size_t, std::size_t>> span_of_tokens(const Explanation& explanation,
                                                                        std::optional<std::size_t> first,
                                                                        std::optional<std::size_t> last) {
  if (!first || !last || *first > *last || *last >= explanation.tokens.size()) return {};
  const Token &begin = explanation.tokens[*first], &end = explanation.tokens[*last];
  if (!begin.sequence || begin.sequence != end.sequence) return {};
  return std::tuple(*begin.sequence, begin.begin, end.end);
}

std::vector<Mark> marks_of(const Explanation& explanation, int sequence, std::string_view text) {
  std::vector<Mark> marks;
  const TargetInfo& target = explanation.target;
  const auto explained = span_of_tokens(explanation, target.start_token, target.end_token);
  const auto add = [&](std::size_t begin, std::size_t end, std::string_view label, bool is_explained) {
    if (!fits(begin, end, text)) return;
    const auto overlaps = [&](const Mark& mark) { return begin < mark.end && mark.begin < end; };
    if (std::none_of(marks.begin(), marks.end(), overlaps))
      marks.push_back({begin, end, shorten(label, mark_columns), is_explained});
  };

  if (const auto* prediction = std::get_if<AnswerPrediction>(&explanation.prediction)) {
    const Answer& best = prediction->best;
    const bool as_predicted =
        !explained || (std::get<1>(*explained) == best.begin && std::get<2>(*explained) == best.end);
    if (!as_predicted && std::get<0>(*explained) == sequence)
      add(std::get<1>(*explained), std::get<2>(*explained), "explained", true);
    if (sequence == 1 && !best.text.empty()) add(best.begin, best.end, "answer", as_predicted);
  } else if (const auto* prediction = std::get_if<EntityPrediction>(&explanation.prediction)) {
    if (sequence == 0) {
      if (const Entity* entity = explained_entity(*prediction, explanation))
        add(entity->begin, entity->end, entity->label, true);
      if (marks.empty() && explained && std::get<0>(*explained) == sequence)
        add(std::get<1>(*explained), std::get<2>(*explained), target.label.value_or("explained"), true);
      for (const Entity& entity : prediction->entities) add(entity.begin, entity.end, entity.label, false);
    }
  }
  std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.begin < b.begin; });
  return marks;
}

void cut_into_runs(const Explanation& explanation, TextRuns& shown) {
  const std::string_view text = shown.text;
  std::vector<Span> words, tokens, marks;
  std::size_t read_begin = text.size(), read_end = 0;
  for (std::size_t i = 0; i < explanation.words.size(); ++i) {
    const Word& word = explanation.words[i];
    if (word.sequence == shown.sequence && fits(word.begin, word.end, text)) words.push_back({word.begin, word.end, i});
  }
  for (std::size_t i = 0; i < explanation.tokens.size(); ++i) {
    const Token& token = explanation.tokens[i];
    if (token.sequence != shown.sequence || !fits(token.begin, token.end, text)) continue;
    tokens.push_back({token.begin, token.end, i});
    read_begin = std::min(read_begin, token.begin);
    read_end = std::max(read_end, token.end);
  }
  for (std::size_t i = 0; i < shown.marks.size(); ++i) marks.push_back({shown.marks[i].begin, shown.marks[i].end, i});
  if (explanation.tokens.empty()) read_begin = 0, read_end = text.size();

  words = without_overlaps(std::move(words));
  tokens = without_overlaps(std::move(tokens));
  std::vector<std::size_t> cuts{0, text.size(), std::min(read_begin, text.size()), read_end};
  for (const auto* spans : {&words, &tokens, &marks})
    for (const Span& span : *spans) cuts.insert(cuts.end(), {span.begin, span.end});
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::erase_if(cuts, [&](std::size_t cut) { return splits_cluster(text, cut); });

  Cursor word(words), token(tokens), mark(marks);
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const std::size_t at = cuts[i];
    shown.runs.push_back({at, cuts[i + 1], word.at(at), token.at(at), mark.at(at), at >= read_begin && at < read_end});
  }
}

}  // namespace

std::vector<TextRuns> text_runs(const Explanation& explanation) {
  std::vector<TextRuns> result(explanation.pair ? 2 : 1);
  for (std::size_t i = 0; i < result.size(); ++i) {
    TextRuns& shown = result[i];
    shown.sequence = static_cast<int>(i);
    shown.text = i == 0 ? explanation.text : *explanation.pair;
    shown.marks = marks_of(explanation, shown.sequence, shown.text);
    cut_into_runs(explanation, shown);
  }
  // Tokens added by the post-processor are shown before the first text, or after the text whose tokens they follow.
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < explanation.tokens.size(); ++i) {
    const std::optional<int>& sequence = explanation.tokens[i].sequence;
    if (sequence)
      last = *sequence == 1 ? result.size() - 1 : 0;
    else
      (last ? result[*last].after : result[0].before).push_back(i);
  }
  return result;
}

std::vector<Run> word_runs(const TextRuns& shown) {
  std::vector<Run> runs;
  for (const Run& run : shown.runs)
    if (!runs.empty() && runs.back().word == run.word && runs.back().mark == run.mark &&
        (run.word || runs.back().read == run.read))
      runs.back().end = run.end;
    else
      runs.push_back(run);
  return runs;
}

}  // namespace limn
