#pragma once

#include <optional>
#include <span>
#include <string_view>

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

/// Returns the answer for start and end tokens of one window, which may be in any order; its text is empty unless both
/// tokens are in the context and in order.
Answer answer_at(std::span<const AnswerWindow> windows, std::size_t window, std::size_t start, std::size_t end,
                 std::string_view context);

}  // namespace limn
