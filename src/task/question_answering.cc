#include "task/question_answering.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <tuple>
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

/// log Σ exp of the start logits and of the end logits over all tokens that were read, each token once.
struct Normalizers {
  double start = 0, end = 0;
};

std::size_t window_of_null(std::span<const AnswerWindow> windows) {
  assert(!windows.empty());
  std::size_t smallest = 0;
  for (std::size_t w = 1; w < windows.size(); ++w)
    if (score_of(windows[w], 0, 0) < score_of(windows[smallest], 0, 0)) smallest = w;
  return smallest;
}

/// Windows repeat tokens: of a token of the context, the largest logit counts; the others, which every window has,
/// count in the window of the null answer. So the probabilities of all windows can be compared, do not depend on the
/// number of windows, and are a single window's softmax if there is one.
double log_sum_of_column(std::span<const AnswerWindow> windows, std::size_t column) {
  std::vector<double> logits, context;
  const std::size_t null = window_of_null(windows);
  for (std::size_t w = 0; w < windows.size(); ++w) {
    std::size_t position = windows[w].encoding->window_begin;
    for (std::size_t token = 0; token < windows[w].encoding->size(); ++token) {
      const double logit = windows[w].logits(token, column);
      if (!in_context(windows[w], token)) {
        if (w == null) logits.push_back(logit);
        continue;
      }
      if (position >= context.size()) context.resize(position + 1, -std::numeric_limits<double>::infinity());
      context[position] = std::max(context[position], logit);
      ++position;
    }
  }
  logits.insert(logits.end(), context.begin(), context.end());
  return log_sum_exp(logits);
}

Normalizers normalizers_of(std::span<const AnswerWindow> windows) {
  return {log_sum_of_column(windows, 0), log_sum_of_column(windows, 1)};
}

/// A span of one window; the smallest in order is the best.
struct Candidate {
  double score = 0;
  std::size_t window = 0, start = 0, end = 0;

  friend bool operator<(const Candidate& a, const Candidate& b) {
    return std::tuple(-a.score, a.window, a.start, a.end) < std::tuple(-b.score, b.window, b.start, b.end);
  }
};

/// Collects the best K candidates that cover different characters.
class BestSpans {
 public:
  explicit BestSpans(std::size_t count) : count_(count) {}

  void offer(const Candidate& candidate, Span characters) {
    if (std::isnan(candidate.score) || count_ == 0) return;
    if (best_.size() == count_ && !(candidate < best_.rbegin()->first)) return;
    const auto key = std::pair(characters.begin, characters.end);
    if (const auto known = by_characters_.find(key); known != by_characters_.end()) {
      if (!(candidate < known->second)) return;
      best_.erase(known->second);
      by_characters_.erase(known);
    } else if (best_.size() == count_) {
      by_characters_.erase(best_.rbegin()->second);
      best_.erase(std::prev(best_.end()));
    }
    best_.emplace(candidate, key);
    by_characters_.emplace(key, candidate);
  }

  const auto& best() const { return best_; }

 private:
  using Characters = std::pair<std::size_t, std::size_t>;
  std::size_t count_;
  std::map<Candidate, Characters> best_;
  std::map<Characters, Candidate> by_characters_;
};

Answer make_answer(std::span<const AnswerWindow> windows, const Normalizers& normalizers, std::size_t window,
                   std::size_t start, std::size_t end, std::string_view context) {
  const AnswerWindow& w = windows[window];
  Answer answer;
  answer.start_token = start;
  answer.end_token = end;
  answer.window = window;
  answer.score = score_of(w, start, end);
  answer.probability = std::exp(answer.score - normalizers.start - normalizers.end);
  answer.context_probability = context_probability(w, start, end);
  if (start <= end && in_context(w, start) && in_context(w, end)) {
    const Span characters = characters_of(*w.encoding, start, end);
    answer.begin = characters.begin;
    answer.end = characters.end;
    assert(answer.begin <= answer.end && answer.end <= context.size());
    answer.text = context.substr(answer.begin, answer.end - answer.begin);
  }
  return answer;
}

}  // namespace

Answer answer_at(std::span<const AnswerWindow> windows, std::size_t window, std::size_t start, std::size_t end,
                 std::string_view context) {
  return make_answer(windows, normalizers_of(windows), window, start, end, context);
}

AnswerPrediction best_answers(std::span<const AnswerWindow> windows, std::string_view context,
                              const PredictOptions& options) {
  AnswerPrediction prediction;
  const Normalizers normalizers = normalizers_of(windows);
  BestSpans spans(std::max<std::size_t>(options.top, 1));  // the null answer is compared with the best span
  const auto take = [&] {
    for (const auto& [span, characters] : spans.best())
      prediction.answers.push_back(make_answer(windows, normalizers, span.window, span.start, span.end, context));
    spans = BestSpans(std::max<std::size_t>(options.top, 1));
  };
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const AnswerWindow& window = windows[w];
    const Encoding& encoding = *window.encoding;
    assert(window.logits.rows == encoding.size() && window.logits.columns == 2);
    for (std::size_t start = 0; start < encoding.size(); ++start) {
      if (!in_context(window, start)) continue;
      const std::size_t limit = start + std::min(options.max_answer_tokens, encoding.size() - start);
      Span characters;
      for (std::size_t end = start; end < limit && in_context(window, end); ++end) {
        characters = joined(characters, encoding.characters[end]);
        if (characters.begin < characters.end) spans.offer({score_of(window, start, end), w, start, end}, characters);
      }
    }
    if (options.top_of_each_window) take();
  }
  take();
  Answer null = make_answer(windows, normalizers, window_of_null(windows), 0, 0, {});
  null.text.clear(), null.begin = null.end = 0;
  prediction.null_score = null.score;
  prediction.null_probability = null.probability;
  prediction.null_context_probability = 1;
  for (const AnswerWindow& window : windows)
    prediction.null_context_probability =
        std::min(prediction.null_context_probability, context_probability(window, 0, 0));
  const auto best = std::ranges::max_element(prediction.answers, {}, &Answer::score);
  const bool null_wins =
      prediction.answers.empty() || (options.null_allowed && null.score - best->score > options.null_threshold);
  prediction.best = null_wins ? null : *best;
  return prediction;
}

}  // namespace limn
