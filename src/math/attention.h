#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "math/mat.h"

namespace limn {

// Letters: N packed rows, C hidden size, H heads, D = C/H, T tokens of one sequence, R rows of a relative-position
// table. row_begin (sequences + 1): sequence s has the rows [row_begin[s], row_begin[s + 1]).

/// How attention scores queries and keys: s_ij = scale · q_i·k_j, plus the terms that some families add. Tables that
/// depend on the distance between two tokens are for sequences of at most M tokens: column M − 1 + j − i belongs to
/// tokens i and j.
struct AttentionScores {
  static constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

  float scale = 0;                  ///< 0: 1 / √D
  std::size_t window = everything;  ///< tokens farther apart than this do not attend to each other
  ConstView bias = {};              ///< (H, 2M − 1), added; or empty
  /// Disentangled attention adds scale · q_i·position_key[bucket] and scale · k_j·position_query[bucket] to s_ij.
  /// `bucket` (2M − 1) has non-increasing values below R; the tables are (R, C), and either may be empty.
  std::span<const std::int32_t> bucket = {};
  ConstView position_key = {}, position_query = {};
};

/// context = softmax(s) v, separately for each sequence and head. qkv (N, 3C) holds q, k and v side by side; context
/// (N, C).
void attention(ConstView qkv, std::span<const std::size_t> row_begin, std::size_t heads, const AttentionScores& scores,
               View context);

/// Computes dqkv from dcontext. Recomputes the probabilities from qkv, since storing them would take H·T² floats per
/// layer.
void attention_vjp(ConstView qkv, std::span<const std::size_t> row_begin, std::size_t heads,
                   const AttentionScores& scores, ConstView dcontext, View dqkv);

/// probabilities = softmax(s) for one sequence and head. qkv (T, 3C) has the rows of this sequence; probabilities (T,
/// T), whose rows sum to 1.
void attention_probabilities(ConstView qkv, std::size_t heads, std::size_t head, const AttentionScores& scores,
                             View probabilities);

/// Computes dprobabilities (T, T) of one sequence and head from dcontext (T, C).
void attention_probabilities_vjp(ConstView qkv, std::size_t heads, std::size_t head, ConstView dcontext,
                                 View dprobabilities);

}  // namespace limn
