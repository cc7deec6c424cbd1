#pragma once

#include <cstddef>
#include <span>

#include "math/mat.h"

namespace limn {

// Letters: N packed rows, C channels, H heads, D = C/H, T tokens of one sequence.
// row_begin (sequences + 1): sequence s has the rows [row_begin[s], row_begin[s + 1]).

/// context = softmax(q kᵀ / √D) v for each sequence and head on its own. qkv (N, 3C) holds q, k, v side by side; context (N, C).
void attention(ConstView qkv, std::span<const std::size_t> row_begin, std::size_t heads, View context);

/// dqkv from dcontext. Probabilities are computed again from qkv: keeping them would cost H·T² floats a layer.
void attention_vjp(ConstView qkv, std::span<const std::size_t> row_begin, std::size_t heads, ConstView dcontext, View dqkv);

/// probabilities = softmax(q kᵀ / √D) of one sequence and head. qkv (T, 3C): the rows of that sequence; probabilities (T, T), rows sum to 1.
void attention_probabilities(ConstView qkv, std::size_t heads, std::size_t head, View probabilities);

/// dprobabilities (T, T) of one sequence and head from dcontext (T, C).
void attention_probabilities_vjp(ConstView qkv, std::size_t heads, std::size_t head, ConstView dcontext, View dprobabilities);

}  // namespace limn
