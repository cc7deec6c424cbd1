#include "limn/drift.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <variant>

#include "evaluate/correlation.h"

namespace limn {
namespace {

constexpr std::size_t strongest = 5;

std::string in_words(const LabelPrediction& prediction) {
  if (prediction.meaning == OutputMeaning::multi_label) {
    std::string labels;
    for (const std::string& label : prediction.labels) labels += (labels.empty() ? "" : ", ") + label;
    return labels.empty() ? "no label" : labels;
  }
  // Numbers have no label: only the explanations of a regression are compared.
  return prediction.meaning == OutputMeaning::value ? "a number" : prediction.label;
}

std::string in_words(const AnswerPrediction& prediction) {
  return prediction.best.text.empty() ? "no answer" : prediction.best.text;
}

std::string in_words(const EntityPrediction& prediction) {
  std::string entities;
  for (const Entity& entity : prediction.entities)
    entities += (entities.empty() ? "" : ", ") + entity.label + " " + entity.text;
  return entities.empty() ? "no entities" : entities;
}

std::string in_words(const MaskPrediction& prediction) {
  std::string fills;
  for (const auto& mask : prediction.masks)
    fills += (fills.empty() ? "" : ", ") + (mask.fills.empty() ? "" : mask.fills.front().token);
  return fills;
}

std::string in_words(const std::monostate&) { return {}; }

std::string in_words(const Prediction& prediction) {
  return std::visit([](const auto& alternative) { return in_words(alternative); }, prediction);
}

/// The words with the largest |score| that are not 0, strongest first.
std::vector<Word> strongest_of(const Explanation& explanation) {
  std::vector<Word> words = explanation.words;
  std::erase_if(
      words, [](const Word& word) { return !std::isfinite(word.score) || word.score == 0; });
  std::stable_sort(words.begin(), words.end(),
                   [](const Word& a, const Word& b) { return std::abs(a.score) > std::abs(b.score); });
  if (words.size() > strongest) words.resize(strongest);
  return words;
}

/// The texts of the words of `some` that do not overlap any of `others`.
std::vector<std::string> without(const Explanation& explanation, const std::vector<Word>& some,
                                 const std::vector<Word>& others) {
  std::vector<std::string> texts;
  for (const Word& word : some) {
    const auto overlaps = [&](const Word& other) {
      return other.sequence == word.sequence && other.begin < word.end && word.begin < other.end;
    };
    if (std::ranges::none_of(others, overlaps)) texts.emplace_back(explanation.text_of(word));
  }
  return texts;
}

void add_to_mean(std::optional<double>& mean, double value, std::size_t count) {
  mean = mean.value_or(0) + (value - mean.value_or(0)) / static_cast<double>(count);
}

}  // namespace

DriftedInput compare_explanations(const Explanation& before, const Explanation& after) {
  DriftedInput result;
  result.before = in_words(before.prediction);
  result.after = in_words(after.prediction);
  result.changed = result.before != result.after;
  const RankCorrelation correlation = correlate_words(before, after);
  result.kendall = correlation.kendall;
  result.spearman = correlation.spearman;
  const std::vector<Word> strong_before = strongest_of(before), strong_after = strongest_of(after);
  result.gained = without(after, strong_after, strong_before);
  result.lost = without(before, strong_before, strong_after);
  return result;
}

void DriftScores::add(const DriftedInput& input) {
  ++inputs;
  changed += input.changed ? 1 : 0;
  for (const std::string& word : input.gained) ++gained[word];
  for (const std::string& word : input.lost) ++lost[word];
  if (!input.spearman || !input.kendall) return;
  ++correlated;
  add_to_mean(mean_kendall, *input.kendall, correlated);
  add_to_mean(mean_spearman, *input.spearman, correlated);
}

}  // namespace limn
