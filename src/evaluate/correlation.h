#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "limn/explanation.h"

namespace limn {

/// Kendall's τ-b of two lists of equal length: (concordant − discordant pairs) ÷ √(pairs not tied in a · pairs not tied
/// in b) (Kendall 1945). Nothing where it is not defined: fewer than two values, or one list is constant. Values are
/// finite. O(n log n) (Knight 1966).
std::optional<double> kendall_tau_b(std::span<const double> a, std::span<const double> b);

/// Spearman's ρ: the correlation of the ranks, equal values sharing the mean of their ranks. Nothing where it is not
/// defined, as above.
std::optional<double> spearman_rho(std::span<const double> a, std::span<const double> b);

/// How alike two explanations of one text order its words.
struct RankCorrelation {
  std::size_t words = 0;    ///< compared: those that both have, with a finite score in both
  bool magnitudes = false;  ///< |scores| were compared
  std::optional<double> kendall, spearman;
};

/// Words of different tokenizers are the same word if they are the same bytes of the same sequence. If only one of the
/// two methods has signs, both are compared without: a magnitude says nothing about for and against.
/// @pre the words of each are in order of sequence, then of begin, as Explanation has it.
RankCorrelation correlate_words(const Explanation& a, const Explanation& b);

}  // namespace limn
