#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "limn/similarity.h"

namespace limn {

nlohmann::ordered_json json_value(const Similarity& similarity);

/// What two words contribute together: the sum over the pairs of their tokens.
struct WordPair {
  std::size_t a = 0, b = 0;  ///< indices of Similarity::a.words and b.words
  double score = 0;
};
/// The pairs of words, the largest contribution first.
std::vector<WordPair> word_pairs(const Similarity& similarity);

}  // namespace limn
