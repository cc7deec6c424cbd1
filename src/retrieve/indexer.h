#pragma once

#include <filesystem>
#include <vector>

#include "limn/collection.h"
#include "limn/watch.h"
#include "retrieve/collection.h"

namespace limn {

/// Adds files and folders to a collection (see Collection::add). @param embedder null: without embeddings
IndexReport index_documents(CollectionFile& collection, const Embedder* embedder,
                            const std::vector<std::filesystem::path>& paths, const Watch& watch);

}  // namespace limn
