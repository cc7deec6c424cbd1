#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "limn/collection.h"

/// The options of all commands that read a collection.

namespace limn::cli {

struct CollectionOptions {
  std::string collection;
  std::optional<std::string> embedder, retriever, reranker, expander;
  std::vector<std::string> filters;
  std::size_t feedback = 0;
  std::size_t threads = 0;
};

void add_options(CLI::App& command, CollectionOptions& options);

/// Opens the collection with the model that made its embeddings, looked up by its name unless one is given.
Collection open_collection(const CollectionOptions& options);
/// Loads the expander, if one is given. @throws Error for an unknown retriever, or a filter that is not FIELD=VALUE.
SearchOptions search_options(const CollectionOptions& options);
/// The model that orders passages again, if one is given.
std::optional<Model> load_reranker(const CollectionOptions& options);

}  // namespace limn::cli
