#pragma once

#include <vector>

#include "explain/explainer.h"
#include "text/encoding.h"

namespace limn {

/// What each pair of tokens of two texts contributes to the cosine of their embeddings.
struct TokenPairs {
  std::vector<std::vector<double>> scores;  ///< (tokens of a, tokens of b)
  bool exact = false;
  double residual = 0;     ///< cosine − Σ scores
  std::size_t passes = 0;  ///< sequences sent through the model
};

/// If the embedding is a sum over tokens (mean pooling, its variants, max pooling; no Dense layer), the scores are
/// u_i · v_j / (‖Σu‖ ‖Σv‖), where u_i is what token i adds: their sum is the cosine.
///
/// For other models, they are integrated (Moeller et al. 2023, "An Attribution Method for Siamese Encoders"): u_i is
/// the integral of the unit embedding's derivative in the direction of token i's input minus its baseline, from [PAD]
/// to the input. Their sum is (ê(a) − ê(baseline of a)) · (ê(b) − ê(baseline of b)); the residual is what the baselines
/// themselves have in common with the texts.
TokenPairs token_pairs(const Explainer& explainer, const Encoding& a, const Encoding& b, const Watch& watch);

}  // namespace limn
