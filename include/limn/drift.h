#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "limn/explanation.h"

/// How a new model's predictions and explanations differ from saved ones.

namespace limn {

/// One input, explained before and now.
struct DriftedInput {
  std::string before;               ///< the saved prediction, in words: a label, an answer, entities
  std::string after;                ///< the new prediction
  bool changed = false;             ///< whether the prediction is another one
  std::optional<double> kendall;    ///< rank correlation (τ-b) of the words' scores; nothing if it is undefined
  std::optional<double> spearman;   ///< rank correlation (ρ) of the words' scores
  std::vector<std::string> gained;  ///< among the five strongest words now, but not before
  std::vector<std::string> lost;    ///< among the five strongest words before, but not now

  /// 1 − ρ: 0 for the same order of the words, 1 for unrelated orders, 2 for the opposite order.
  std::optional<double> drift() const { return spearman ? std::optional(1 - *spearman) : std::nullopt; }
};

/// Compares an explanation with a saved one of the same input. Words are compared where both models divide the text
/// alike.
DriftedInput compare_explanations(const Explanation& before, const Explanation& after);

/// The mean over inputs.
struct DriftScores {
  std::size_t inputs = 0;                     ///< compared
  std::size_t changed = 0;                    ///< of them, those with another prediction
  std::size_t correlated = 0;                 ///< of them, those with a rank correlation
  std::optional<double> mean_kendall;         ///< over these
  std::optional<double> mean_spearman;        ///< over these
  std::map<std::string, std::size_t> gained;  ///< word → number of inputs
  std::map<std::string, std::size_t> lost;    ///< word → number of inputs

  /// 1 − mean ρ.
  std::optional<double> drift() const { return mean_spearman ? std::optional(1 - *mean_spearman) : std::nullopt; }
  /// Adds an input.
  void add(const DriftedInput& input);
};

}  // namespace limn
