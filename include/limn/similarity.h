#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "limn/explanation.h"

namespace limn {

/// How relevant a text is to another one.
struct Relevance {
  std::size_t index = 0;  ///< of the text, in the order given
  double score = 0;       ///< the cross-encoder's output (a probability if it has a sigmoid), or the cosine
};

/// Why two texts are similar: the cosine of their embeddings, what each token and word of each text contributes to it,
/// and what each pair of tokens does.
struct Similarity {
  std::string model;  ///< the model's name
  double cosine = 0;  ///< of the two embeddings
  double dot = 0;     ///< their dot product
  Explanation a;      ///< of the first text; the second one's embedding stays fixed
  Explanation b;      ///< of the second text; the first one's embedding stays fixed
  /// (tokens of a, tokens of b), special tokens included. Exact for embeddings that are sums over tokens (mean and max
  /// pooling without a Dense layer): the sum is the cosine. Otherwise integrated from [PAD].
  std::vector<std::vector<double>> pairs;
  bool pairs_exact = false;   ///< whether the pairs are exact
  double pairs_residual = 0;  ///< cosine − Σ pairs
  double seconds = 0;         ///< elapsed time
};

}  // namespace limn
