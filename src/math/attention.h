#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "math/mat.h"

namespace limn {

// Letters: N packed rows, C channels, H heads, D = C/H, T tokens of one sequence, R rows of a table of positions.
// row_begin (sequences + 1): sequence s has the rows [row_begin[s], row_begin[s + 1]).

/// How queries and keys become scores: s_ij = scale · q_i·k_j, and what families add to that. Tables that depend on the
/// distance of two tokens are for sequences of at most M tokens: column M − 1 + j − i belongs to tokens i and j.
struct AttentionScores {
  static constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

  float scale = 0;                  ///< 0: 1 / √D
  std::size_t window = everything;  ///< tokens farther apart than this do not see each other
  ConstView bias = {};              ///< (H, 2M − 1), added; or empty
  /// Disentangled attention: bucket (2M − 1), of values below R, not increasing; s_ij has also
  /// scale · q_i·position_key[bucket], scale · k_j·position_query[bucket]. Both (R, C); either may be empty.
  std::span<const std::int32_t> bucket = {};
  ConstView position_key = {}, position_query = {};
};

/// context = softmax(s) v for each sequence and head on its own. qkv (N, 3C) holds q, k, v side by side; context (N,
/// C).
void attention(ConstView qkv, std::span<const std::size_t> row_begin, std::size_t heads, const AttentionScores& scores,
               View context);

/// dqkv from dcontext. Probabilities are computed again from qkv: keeping them would cost H·T² floats a layer.
void attention_vjp(ConstView qkv, std::span<const std::size_t> row_begin, std::size_t heads,
                   const AttentionScores& scores, ConstView dcontext, View dqkv);

/// probabilities = softmax(s) of one sequence and head. qkv (T, 3C): the rows of that sequence; probabilities (T, T),
/// rows sum to 1.
void attention_probabilities(ConstView qkv, std::size_t heads, std::size_t head, const AttentionScores& scores,
                             View probabilities);

/// dprobabilities (T, T) of one sequence and head from dcontext (T, C).
void attention_probabilities_vjp(ConstView qkv, std::size_t heads, std::size_t head, ConstView dcontext,
                                 View dprobabilities);

}  // namespace limn
