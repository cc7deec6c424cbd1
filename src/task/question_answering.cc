#include "task/question_answering.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "task/probability.h"
#include "text/words.h"

namespace limn {
namespace {

bool in_context(const AnswerWindow& window, std::size_t token) {
  return window.encoding->sequences[token] == window.sequence;
}

double score_of(const AnswerWindow& window, std::size_t start, std::size_t end) {
  return double{window.logits(start, 0)} + window.logits(end, 1);
}

/// softmax(start)[a] · softmax(end)[b] over the context's tokens and the first token ([CLS]), as in the pipeline for
/// question answering of transformers 4, which masks all others.
double context_probability(const AnswerWindow& window, std::size_t start, std::size_t end) {
  double probability = 1;
  for (const auto& [token, column] : {std::pair(start, std::size_t{0}), std::pair(end, std::size_t{1})}) {
    double sum = 0;
    for (std::size_t other = 0; other < window.encoding->size(); ++other)
      if (other == 0 || in_context(window, other))
        sum += std::exp(double{window.logits(other, column)} - window.logits(token, column));
    probability /= sum;
  }
  return probability;
}

Span characters_between(const AnswerWindow& window, std::size_t start, std::size_t end) {
  if (start > end || !in_context(window, start) || !in_context(window, end)) return {};
  return characters_of(*window.encoding, start, end);
}

std::string_view text_at(Span characters, std::string_view context) {
  assert(characters.begin <= characters.end && characters.end <= context.size());
  return context.substr(characters.begin, characters.end - characters.begin);
}

}  // namespace

/// Windows repeat tokens: of a token of the context, the largest logit counts; the others, which every window has,
/// count in the window of the null answer. So the probabilities of all windows can be compared, do not depend on the
/// number of windows, and are a single window's softmax if there is one.
void AnswerCollector::Denominator::take(const AnswerWindow& window, std::size_t column, bool is_null) {
  constexpr std::size_t most_finished = 4096;
  const std::size_t begin = window.encoding->window_begin;
  assert(begin >= begin_);
  const std::size_t complete = std::min(begin - begin_, shared_.size());
  const auto after = shared_.begin() + static_cast<std::ptrdiff_t>(complete);
  finished_.insert(finished_.end(), shared_.begin(), after);
  shared_.erase(shared_.begin(), after);
  begin_ = begin;
  if (finished_.size() > most_finished + sums_) {
    const double sum = log_sum_exp(std::span<const double>(finished_).subspan(sums_));
    finished_.resize(sums_);
    finished_.push_back(sum);
    ++sums_;
  }
  if (is_null) others_.clear();
  std::size_t position = 0;
  for (std::size_t token = 0; token < window.encoding->size(); ++token) {
    const double logit = window.logits(token, column);
    if (!in_context(window, token)) {
      if (is_null) others_.push_back(logit);
      continue;
    }
    if (position == shared_.size()) shared_.push_back(-std::numeric_limits<double>::infinity());
    shared_[position] = std::max(shared_[position], logit);
    ++position;
  }
}

double AnswerCollector::Denominator::value() const {
  std::vector<double> logits = others_;
  logits.insert(logits.end(), finished_.begin(), finished_.end());
  logits.insert(logits.end(), shared_.begin(), shared_.end());
  return log_sum_exp(logits);
}

AnswerCollector::AnswerCollector(std::string_view context, const PredictOptions& options)
    : context_(context), options_(options) {}

void AnswerCollector::offer(const Candidate& candidate, Span characters) {
  const std::size_t count = std::max<std::size_t>(options_.top, 1);  // the null answer is compared with the best span
  if (std::isnan(candidate.score)) return;
  if (best_.size() == count && !(candidate < best_.rbegin()->first)) return;
  const auto key = std::pair(characters.begin, characters.end);
  if (const auto known = by_characters_.find(key); known != by_characters_.end()) {
    if (!(candidate < known->second)) return;
    best_.erase(known->second);
    by_characters_.erase(known);
  } else if (best_.size() == count) {
    by_characters_.erase(best_.rbegin()->second.characters);
    best_.erase(std::prev(best_.end()));
  }
  best_.emplace(candidate, Found{key});
  by_characters_.emplace(key, candidate);
}

/// Moves the best candidates to the answers, whose probabilities are not known before the last window.
void AnswerCollector::take_best() {
  for (const auto& [span, found] : best_)
    prediction_.answers.push_back(
        {.text = std::string(text_at({found.characters.first, found.characters.second}, context_)),
         .begin = found.characters.first,
         .end = found.characters.second,
         .start_token = span.start,
         .end_token = span.end,
         .window = span.window,
         .score = span.score,
         .context_probability = found.context_probability});
  best_.clear();
  by_characters_.clear();
}

void AnswerCollector::take(const AnswerWindow& window) {
  const Encoding& encoding = *window.encoding;
  assert(window.logits.rows == encoding.size() && window.logits.columns == 2);
  const double null_score = score_of(window, 0, 0), null_probability = context_probability(window, 0, 0);
  const bool is_null = windows_ == 0 || null_score < null_.score;
  if (is_null) {
    null_.window = windows_;
    null_.score = null_score;
    null_.context_probability = null_probability;
  }
  null_context_probability_ = std::min(null_context_probability_, null_probability);
  start_.take(window, 0, is_null);
  end_.take(window, 1, is_null);
  for (std::size_t start = 0; start < encoding.size(); ++start) {
    if (!in_context(window, start)) continue;
    const std::size_t limit = start + std::min(options_.max_answer_tokens, encoding.size() - start);
    Span characters;
    for (std::size_t end = start; end < limit && in_context(window, end); ++end) {
      characters = joined(characters, encoding.characters[end]);
      if (characters.begin < characters.end) offer({score_of(window, start, end), windows_, start, end}, characters);
    }
  }
  for (auto& [span, found] : best_)
    if (span.window == windows_) found.context_probability = context_probability(window, span.start, span.end);
  if (options_.top_of_each_window) take_best();
  ++windows_;
}

AnswerPrediction AnswerCollector::prediction() {
  take_best();
  const double denominator_of_start = start_.value(), denominator_of_end = end_.value();
  const auto probability = [&](const Answer& answer) {
    return std::exp(answer.score - denominator_of_start - denominator_of_end);
  };
  for (Answer& answer : prediction_.answers) answer.probability = probability(answer);
  null_.probability = probability(null_);
  prediction_.null_score = null_.score;
  prediction_.null_probability = null_.probability;
  prediction_.null_context_probability = null_context_probability_;
  const auto best = std::ranges::max_element(prediction_.answers, {}, &Answer::score);
  const bool null_wins =
      prediction_.answers.empty() || (options_.null_allowed && null_.score - best->score > options_.null_threshold);
  prediction_.best = null_wins ? null_ : *best;
  return std::move(prediction_);
}

std::string_view answer_text(const AnswerWindow& window, std::size_t start, std::size_t end, std::string_view context) {
  return text_at(characters_between(window, start, end), context);
}

AnswerPrediction best_answers(std::span<const AnswerWindow> windows, std::string_view context,
                              const PredictOptions& options) {
  AnswerCollector answers(context, options);
  for (const AnswerWindow& window : windows) answers.take(window);
  return answers.prediction();
}

}  // namespace limn
