#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "limn/similarity.h"

namespace limn {

nlohmann::ordered_json json_value(const Similarity& similarity);

/// Passages in the order of their relevance to a question. @param why explanations of the scores, in the same order;
/// empty: none
nlohmann::ordered_json ranking_value(std::string_view model, std::string_view question,
                                     std::span<const std::string> passages, std::span<const Relevance> ranked,
                                     std::span<const Explanation> why = {});

/// What two words contribute together: the sum over the pairs of their tokens.
struct WordPair {
  std::size_t a = 0, b = 0;  ///< indices of Similarity::a.words and b.words
  double score = 0;
};
/// The pairs of words, the largest contribution first.
std::vector<WordPair> word_pairs(const Similarity& similarity);

}  // namespace limn
