#pragma once

#include <string_view>
#include <vector>

#include "limn/collection.h"
#include "retrieve/collection.h"

namespace limn {

/// Finds passages: the best first, at most options.top.
/// @param embedder null: only BM25 is possible. @param added words that count for BM25, too. @throws Error for an empty
/// question, and for a retriever that needs embeddings if there are none.
std::vector<FoundPassage> find_passages(const CollectionFile& collection, const Embedder* embedder,
                                        std::string_view question, const SearchOptions& options, const Watch& watch,
                                        const std::vector<AddedTerm>& added = {});

}  // namespace limn
