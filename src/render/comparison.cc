#include "render/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <variant>

#include "render/display_text.h"
#include "render/palette.h"
#include "render/summary.h"

namespace limn {
namespace {

constexpr std::size_t name_columns = 60;

// Formats a value with two or three digits and a metric prefix: "22.7 M", "45 M", "812 ".
std::string engineering(double value) {
  for (const char* prefix : {"", "k", "M", "G"}) {
    if (value < 999.5 || *prefix == 'G')
      return fmt::format("{:.{}f} {}", value, value < 99.95 && *prefix ? 1 : 0, prefix);
    value /= 1000;
  }
  return {};
}

// The byte that an excerpt must contain, if any.
std::optional<std::size_t> anchor(const Explanation& explanation, const TextRuns& shown) {
  const auto explained = std::ranges::find_if(shown.marks, &Mark::explained);
  if (explained != shown.marks.end()) return explained->begin;
  if (!shown.marks.empty()) return shown.marks.front().begin;
  std::optional<std::size_t> strongest;
  double most = 0;
  for (const Word& word : explanation.words) {
    if (word.sequence != shown.sequence || !(std::abs(word.score) > most)) continue;
    most = std::abs(word.score);
    strongest = word.begin;
  }
  return strongest;
}

}  // namespace

std::string ComparisonAxes::cell_name(std::size_t cell) const {
  std::string model = shorten(models[cell / methods.size()].name, name_columns);
  const std::string method = shorten(methods[cell % methods.size()], name_columns);
  if (methods.size() == 1) return model;
  return models.size() == 1 ? method : model + " · " + method;
}

void ComparisonMeans::add(const ComparedInput& input) {
  if (input.cells.empty()) return;
  ++inputs_;
  has_questions_ = input.cells.front().task == Task::question_answering;
  for (std::size_t model = 0; model < models_.size(); ++model) {
    models_[model].answered += has_answer(input.cells[axes_.cell(model, 0)]);
    if (model >= input.right.size() || !input.right[model]) continue;
    ++models_[model].known;
    models_[model].right += *input.right[model];
  }
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    cells_[i].seconds += input.cells[i].seconds;
    cells_[i].passes += static_cast<double>(input.cells[i].passes);
  }
  if (pairs_.empty())
    for (const CellCorrelation& pair : input.correlations)
      pairs_.push_back({.sum = {.a = pair.a, .b = pair.b, .magnitudes = pair.magnitudes}});
  const auto add_to = [](std::optional<double>& sum, std::size_t& count, const std::optional<double>& value) {
    if (value) sum = sum.value_or(0) + *value, ++count;
  };
  for (std::size_t i = 0; i < std::min(pairs_.size(), input.correlations.size()); ++i) {
    const CellCorrelation& pair = input.correlations[i];
    pairs_[i].sum.words += pair.words;
    add_to(pairs_[i].sum.kendall, pairs_[i].kendalls, pair.kendall);
    add_to(pairs_[i].sum.spearman, pairs_[i].spearmans, pair.spearman);
  }
}

std::vector<CellCorrelation> ComparisonMeans::correlations() const {
  std::vector<CellCorrelation> result;
  for (const Pair& pair : pairs_) {
    CellCorrelation& mean = result.emplace_back(pair.sum);
    if (mean.kendall) *mean.kendall /= static_cast<double>(pair.kendalls);
    if (mean.spearman) *mean.spearman /= static_cast<double>(pair.spearmans);
  }
  return result;
}

double shared_scale(const ComparisonAxes& axes, const ComparedInput& input, std::size_t method) {
  double scale = 0;
  for (std::size_t model = 0; model < axes.models.size(); ++model)
    scale = std::max(scale, word_scale(input.cells[axes.cell(model, method)]));
  return scale;
}

Excerpt excerpt(const Explanation& explanation, const std::vector<TextRuns>& texts) {
  constexpr std::size_t short_text = 160, before_anchor = 60, most = 400;  // bytes
  Excerpt result;
  if (texts.empty()) return result;
  if (explanation.task == Task::question_answering) result.sequence = texts.size() - 1;
  const TextRuns& shown = texts[result.sequence];
  const auto& runs = shown.runs;
  const auto target = anchor(explanation, shown);
  if (shown.text.size() > short_text && target && *target > before_anchor) {
    // The first word of the last `before_anchor` bytes.
    while (result.first_run < runs.size() && (runs[result.first_run].begin + before_anchor < *target ||
                                              (!runs[result.first_run].word && runs[result.first_run].begin < *target)))
      ++result.first_run;
  }
  result.last_run = result.first_run;
  while (result.last_run < runs.size() && runs[result.last_run].begin < runs[result.first_run].begin + most)
    ++result.last_run;
  return result;
}

std::string one_line(std::string_view text) {
  constexpr std::size_t most = 400;  // bytes
  std::string shown = visible(text.substr(0, most), {.keep_layout = true});
  for (char& byte : shown)
    if (byte == '\n' || byte == '\t') byte = ' ';
  return shown;
}

bool has_answer(const Explanation& explanation) {
  const auto* prediction = std::get_if<AnswerPrediction>(&explanation.prediction);
  return !prediction || !prediction->best.text.empty();
}

std::string passes_text(double passes) {
  return fmt::format("{} {}", std::round(10 * passes) / 10, passes == 1 ? "pass" : "passes");
}

std::string correlation_text(const std::optional<double>& correlation) {
  if (!correlation) return "–";
  const std::string digits = fmt::format("{:.2f}", std::abs(*correlation));
  return (*correlation < 0 && digits != "0.00" ? "−" : "") + digits;
}

std::string cell_facts(const ComparisonAxes& axes, const ComparedInput& input, std::size_t cell) {
  const Explanation& explanation = input.cells[cell];
  const Verdict said = verdict(explanation);
  std::string facts = shorten(axes.cell_name(cell), 60) + ": " + shorten(said.text, 40);
  if (said.probability) facts += " " + percent_text(*said.probability);
  if (const auto judged = judgement(input, cell / axes.methods.size()); !judged.empty())
    facts += fmt::format(", {}", judged);
  return facts + " · " + duration_text(explanation.seconds) + ", " +
         passes_text(static_cast<double>(explanation.passes));
}

std::string correlation_line(const ComparisonAxes& axes, const CellCorrelation& pair) {
  return fmt::format("{} and {}: τ {}, ρ {}, {} words{}", shorten(axes.cell_name(pair.a), 40),
                     shorten(axes.cell_name(pair.b), 40), correlation_text(pair.kendall),
                     correlation_text(pair.spearman), pair.words, pair.magnitudes ? ", without signs" : "");
}

std::string_view judgement(const ComparedInput& input, std::size_t model) {
  if (model >= input.right.size() || !input.right[model]) return "";
  return *input.right[model] ? "right" : "wrong";
}

std::string success_text(const ComparisonMeans& means, std::size_t model) {
  const auto& [answered, right, known] = means.model(model);
  if (known > 0) return fmt::format("{} of {} right", right, known);
  return means.has_questions() ? fmt::format("{} of {} answered", answered, means.inputs()) : std::string();
}

std::string short_number(std::size_t number) {
  std::string text = engineering(static_cast<double>(number));
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

std::string bytes_text(std::size_t bytes) { return engineering(static_cast<double>(bytes)) + "B"; }

}  // namespace limn
