#include "evaluate/plausibility.h"

#include <algorithm>
#include <set>
#include <utility>

#include "evaluate/rationales.h"
#include "limn/error.h"
#include "limn/evaluate.h"
#include "options/names.h"

namespace limn {
namespace {

/// The text's rationale in units of the explanation; its spans are half-open ranges of units.
ScoredRationale scored(const RationaleText& text, const Explanation& why) {
  ScoredRationale result = {.scores = {}, .rationale = std::vector<bool>(why.words.size(), false), .spans = {}};
  for (const Word& word : why.words) result.scores.push_back(word.score);
  std::set<std::pair<std::size_t, std::size_t>> spans;
  for (const auto& [begin, end] : text.spans) {
    const auto is_before = [](const Word& word, std::size_t at) { return word.end <= at; };
    const auto first = std::lower_bound(why.words.begin(), why.words.end(), begin, is_before);
    const auto last =
        std::find_if(first, why.words.end(), [&, end = end](const Word& word) { return word.begin >= end; });
    if (first == last) continue;  // beyond what the model reads
    const auto from = static_cast<std::size_t>(first - why.words.begin()),
               to = static_cast<std::size_t>(last - why.words.begin());
    std::fill(result.rationale.begin() + static_cast<std::ptrdiff_t>(from),
              result.rationale.begin() + static_cast<std::ptrdiff_t>(to), true);
    spans.emplace(from, to);
  }
  result.spans.assign(spans.begin(), spans.end());
  return result;
}

Error about_text(const Error& error, const std::filesystem::path& data, const std::string& name) {
  auto parts = error.parts();
  parts.file = data.string();
  parts.thing = name + (parts.thing.empty() ? "" : ": " + parts.thing);
  return Error(std::move(parts));
}

}  // namespace

PlausibilityScores evaluate_plausibility(const Model& model, const std::filesystem::path& data,
                                         const std::vector<ListedMethod>& methods, const ExplainOptions& options,
                                         std::size_t limit, const Watch& watch) {
  if (methods.empty()) throw Error({.field = "method", .found = "no method", .expected = "at least one"});
  constexpr std::size_t at_once = 8;
  auto texts = read_rationales(data);
  if (texts.size() > limit) texts.resize(limit);
  PlausibilityScores result;
  result.unit = name_of(options.unit.value_or(Unit::word));
  const Watch inner = {.progress = {}, .cancelled = watch.cancelled};
  for (const auto& [name, chosen] : methods) {
    ExplainOptions explaining = options;
    if (!explaining.word_score) explaining.word_score = chosen.word_score;
    std::vector<ScoredRationale> rows;
    double seconds = 0;
    std::size_t units = 0, in_rationales = 0;
    for (std::size_t begin = 0; begin < texts.size(); begin += at_once) {
      std::vector<Input> inputs;
      for (std::size_t i = begin; i < std::min(begin + at_once, texts.size()); ++i)
        inputs.push_back({.text = texts[i].text, .pair = std::nullopt});
      const auto explained = model.explain(inputs, chosen, explaining, inner);
      for (std::size_t i = 0; i < explained.size(); ++i) {
        if (!explained[i]) throw about_text(explained[i].error(), data, texts[begin + i].name);
        seconds += explained[i]->seconds;
        ScoredRationale row = scored(texts[begin + i], *explained[i]);
        if (row.spans.empty()) continue;
        units += row.scores.size();
        in_rationales += static_cast<std::size_t>(std::ranges::count(row.rationale, true));
        rows.push_back(std::move(row));
      }
      const std::size_t done = result.methods.size() * texts.size() + begin + inputs.size();
      if (watch.progress) watch.progress(done, methods.size() * texts.size());
    }
    result.rows = rows.size();
    result.left_out = texts.size() - rows.size();
    result.share = units == 0 ? 0 : static_cast<double>(in_rationales) / static_cast<double>(units);
    PlausibilityMetrics& metrics = result.methods.emplace_back(score_plausibility(rows, result.share));
    metrics.name = name;
    metrics.seconds = seconds / static_cast<double>(std::max<std::size_t>(texts.size(), 1));
  }
  return result;
}

}  // namespace limn
