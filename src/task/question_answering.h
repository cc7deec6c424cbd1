#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "limn/explanation.h"
#include "limn/options.h"
#include "math/mat.h"
#include "text/encoding.h"

namespace limn {

/// One window of the context, with its logits.
struct AnswerWindow {
  const Encoding* encoding = nullptr;
  ConstView logits;  ///< (T, 2): start, end
  int sequence = 1;  ///< index of the context; 0 if the input has no pair
};

/// Finds the best spans of the context over all windows, and whether the null answer beats them.
///
/// A span starts and ends in the context, start ≤ end, has at most max_answer_tokens tokens, and is not only white
/// space, which an answer has at neither end. Its score is
/// start logit + end logit, its probability softmax(start)[a] · softmax(end)[b] over all tokens that were read, each
/// once: of a context token that several windows have, the largest logit counts; question and special tokens count in
/// the window of the null answer. So probabilities of different windows have one denominator and are in the order of
/// the scores. If the same characters are found in two windows, only the better score is kept. Of equal scores the
/// first in the order of window, start and end wins.
///
/// The null score is start + end logit of the first token ([CLS]), the minimum over the windows; null_probability
/// has the same denominators. The null answer wins if null_score − best score > null_threshold: the official SQuAD 2.0
/// script's rule for its `na_prob`. (Programs that use a margin, best − null < t, have a null_threshold of −t.) It also
/// wins if there is no span at all.
///
/// @param windows at least one, each of at least one token.
AnswerPrediction best_answers(std::span<const AnswerWindow> windows, std::string_view context,
                              const PredictOptions& options);

/// The same from one window after the other: keeps the best spans, the logits of the tokens that the next window may
/// have, too, and sums. Memory does not grow with the context, unless the options ask for answers of each window.
class AnswerCollector {
 public:
  /// Context and options must outlive it.
  AnswerCollector(std::string_view context, const PredictOptions& options);

  /// @param window the next one, which begins no earlier than the last
  void take(const AnswerWindow& window);
  /// @pre at least one window has been taken
  AnswerPrediction prediction();

 private:
  /// log Σ exp over the start logits, or the end logits, of all tokens that were read, each token once.
  class Denominator {
   public:
    /// @param is_null whether the window has the smallest null score so far
    void take(const AnswerWindow& window, std::size_t column, bool is_null);
    double value() const;

   private:
    std::size_t begin_ = 0;         // in the context, of the first token of `shared_`
    std::vector<double> shared_;    // the largest logits so far of tokens that the next window may have
    std::vector<double> finished_;  // those of other tokens of the context, or sums of some thousands of them
    std::size_t sums_ = 0;          // how many of `finished_` are sums
    std::vector<double> others_;    // of the question and special tokens in the window of the null answer
  };

  /// A span of one window; the smallest in order is the best.
  struct Candidate {
    double score = 0;
    std::size_t window = 0, start = 0, end = 0;

    friend bool operator<(const Candidate& a, const Candidate& b) {
      return std::tuple(-a.score, a.window, a.start, a.end) < std::tuple(-b.score, b.window, b.start, b.end);
    }
  };
  using Characters = std::pair<std::size_t, std::size_t>;
  struct Found {
    Characters characters;
    double context_probability = 0;
  };

  void offer(const Candidate& candidate, Span characters);
  void take_best();

  std::string_view context_;
  const PredictOptions& options_;
  std::size_t windows_ = 0;
  Denominator start_, end_;
  std::map<Candidate, Found> best_;  // the best K candidates, which cover different characters
  std::map<Characters, Candidate> by_characters_;
  Answer null_;
  double null_context_probability_ = 1;
  AnswerPrediction prediction_;
};

/// Returns the text between the start and end tokens of one window, which may be in any order; empty unless both tokens
/// are in the context and in order.
std::string_view answer_text(const AnswerWindow& window, std::size_t start, std::size_t end, std::string_view context);

}  // namespace limn
