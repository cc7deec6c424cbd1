#include "apps/cli/collection_options.h"

#include "apps/cli/load_model.h"
#include "apps/remote/collection_place.h"
#include "store/model_lookup.h"

namespace limn::cli {
void add_options(CLI::App& command, CollectionOptions& options) {
  const char* group = "Collection";
  command
      .add_option("--collection", options.collection,
                  "what 'limn index' wrote: a file, or http://HOST:9200/INDEX (Elasticsearch, OpenSearch)")
      ->option_text("COLLECTION")
      ->group(group)
      ->required();
  command
      .add_option("--retriever", options.retriever,
                  "how passages are found: bm25, dense, hybrid; default: hybrid if the collection has embeddings")
      ->option_text("NAME")
      ->group(group);
  command
      .add_option("--embedder", options.embedder,
                  "the model that made the collection's embeddings; default: looked up by its name")
      ->option_text("MODEL")
      ->group(group);
  command.add_option("--rerank", options.reranker, "a cross-encoder that orders the passages again; default: none")
      ->option_text("MODEL")
      ->group(group);
  command
      .add_option("--expander", options.expander,
                  "a masked language model whose words for those of the question are searched for, too; default: none")
      ->option_text("MODEL")
      ->group(group);
  command
      .add_option("--feedback", options.feedback,
                  "also search for the most distinctive words of the first N passages; default: 0")
      ->option_text("N")
      ->group(group)
      ->check(CLI::Range(0, 100));
  command
      .add_option("--filter", options.filters,
                  "only documents whose title, source or field has this value; repeat for several conditions")
      ->option_text("FIELD=VALUE")
      ->group(group)
      ->allow_extra_args(false);
  command.add_option("--threads", options.threads, "processor threads; default: all")
      ->option_text("N")
      ->group(group)
      ->check(CLI::Range(0, 1024));
}

Collection open_collection(const CollectionOptions& options) {
  const std::string embedder = options.embedder ? *options.embedder : remote::embedder_of(options.collection);
  std::optional<Model> model;
  if (!embedder.empty() && options.retriever != "bm25") model = load_model(find_model(embedder, model_folders()));
  return remote::open_collection(options.collection, std::move(model));
}

SearchOptions search_options(const CollectionOptions& options) {
  SearchOptions result;
  if (options.expander) result.expansion.expander = load_model(find_model(*options.expander, model_folders()));
  result.expansion.feedback = options.feedback;
  if (options.retriever) result.retriever = retriever_named(*options.retriever);
  for (const std::string& filter : options.filters) {
    const auto equals = filter.find('=');
    if (equals == 0 || equals == filter.npos)
      throw Error({.field = "filter", .found = "'" + filter + "'", .expected = "FIELD=VALUE"});
    result.filters.emplace_back(filter.substr(0, equals), filter.substr(equals + 1));
  }
  return result;
}

std::optional<Model> load_reranker(const CollectionOptions& options) {
  if (!options.reranker) return {};
  return load_model(find_model(*options.reranker, model_folders()));
}

}  // namespace limn::cli
