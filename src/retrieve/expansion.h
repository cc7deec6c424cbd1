#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/collection.h"
#include "retrieve/passage_store.h"

/// Query expansion: words that are searched for with those of the question.

namespace limn {

/// The words of a text in lower case: runs of letters, digits and underscores, where any character beyond ASCII is a
/// letter. FTS5 reads them as terms.
std::vector<std::string> search_words(std::string_view text);

/// Returns what could stand in place of a part of the question, the most probable first, each with its probability.
/// @param begin, end byte offsets of the part
using Propose = std::function<std::vector<std::pair<std::string, double>>(std::string_view question, std::size_t begin,
                                                                          std::size_t end)>;

/// Returns the words that a masked language model proposes for the content words of the question (as NeuralQA expands
/// queries): whole words that the question does not have, the most probable first. The weight is the probability.
std::vector<AddedTerm> proposed_terms(std::string_view question, const Propose& propose,
                                      const ExpansionOptions& options);

/// Returns the words that distinguish the first passages from the collection (pseudo-relevance feedback): by the
/// frequency in these passages times the logarithm of the inverse share of passages that have the word. The weight is
/// relative to the largest.
std::vector<AddedTerm> feedback_terms(const PassageStore& store, std::string_view question,
                                      const std::vector<FoundPassage>& passages, const ExpansionOptions& options);

}  // namespace limn
