#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "limn/explanation.h"

namespace limn {

/// Computes Kendall's τ-b of two lists of equal length: (concordant − discordant pairs) ÷ √(pairs not tied in a · pairs
/// not tied in b) (Kendall 1945). Returns nothing if it is undefined: fewer than two values, or a constant list. Values
/// must be finite. O(n log n) (Knight 1966).
std::optional<double> kendall_tau_b(std::span<const double> a, std::span<const double> b);

/// Computes Spearman's ρ, the correlation of the ranks; equal values get the mean of their ranks. Returns nothing if it
/// is undefined, as above.
std::optional<double> spearman_rho(std::span<const double> a, std::span<const double> b);

/// How similarly two explanations of one text rank its words.
struct RankCorrelation {
  std::size_t words = 0;    ///< number of compared words: common to both, with finite scores
  bool magnitudes = false;  ///< |scores| were compared
  std::optional<double> kendall, spearman;
};

/// Correlates the scores of two explanations. Words of different tokenizers are equal if they cover the same bytes of
/// the same sequence. If only one of the two methods is signed, absolute values are compared, because a magnitude has
/// no direction.
/// @pre the words of each are sorted by sequence, then by begin, as in Explanation.
RankCorrelation correlate_words(const Explanation& a, const Explanation& b);

}  // namespace limn
