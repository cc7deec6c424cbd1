#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "limn/collection.h"
#include "limn/watch.h"
#include "retrieve/passage_store.h"

namespace limn {

/// Adds files and folders to a collection (see Collection::add). @param embedder null: without embeddings
IndexReport index_documents(PassageStore& store, const Embedder* embedder,
                            const std::vector<std::filesystem::path>& paths, const Watch& watch);

/// Adds files that are in memory (see Collection::add_contents).
IndexReport index_contents(PassageStore& store, const Embedder* embedder, const std::vector<NamedContents>& files,
                           std::size_t most_passages, const Watch& watch);

}  // namespace limn
