#pragma once

#include <string_view>

#include "limn/collection.h"
#include "retrieve/passage_store.h"

namespace limn {

/// Title words count less than those of the passage, and the cosine more than BM25: measured in docs/collections.md.
inline constexpr double title_weight = 0.3, cosine_weight = 1.5;

/// The score of a hybrid ranking. @param bm25 0 if no word occurs. @param best BM25 of the question's best passage
inline double hybrid_score(double bm25, double best, double cosine) {
  return (best > 0 ? bm25 / best : 0) + cosine_weight * cosine;
}

/// @throws Error if the question is empty
void check_question(std::string_view question);
/// @throws Error if there is no model for the question, or the collection has no embeddings
void check_embeds(const Embedder* embedder, const CollectionInfo& info);

}  // namespace limn
