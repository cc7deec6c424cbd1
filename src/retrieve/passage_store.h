#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "limn/collection.h"
#include "limn/watch.h"
#include "retrieve/documents.h"

namespace limn {

/// What turns texts into embeddings, for a collection that has them.
struct Embedder {
  std::string model;            ///< the model's name
  std::size_t dimensions = 0;   ///< D
  std::size_t most_tokens = 0;  ///< of a passage, without special tokens
  /// Returns one row per text (N, D). @param query whether the texts are questions
  std::function<std::vector<float>(const std::vector<std::string>& texts, bool query, const Watch& watch)> embed;
  /// The number of tokens of a text, without special tokens.
  std::function<std::size_t(std::string_view text)> count_tokens;
  bool by_dot = false;  ///< rows are compared by their dot product and do not have unit length
};

/// The fixed text whose embedding tells models apart.
inline constexpr const char* probe_text = "Which model made these embeddings?";

/// @throws Error unless the embedder gives the embedding of probe_text that a collection has kept.
/// @param info names the collection and the model that made its embeddings
void check_embedder(const Embedder& embedder, const CollectionInfo& info, std::span<const float> probe);

/// A passage of a document that is indexed.
struct NewPassage {
  std::size_t begin = 0, end = 0;  ///< code points of the document
  std::string text;
};

/// A document that is indexed.
struct NewDocument {
  Document document;
  std::int64_t fingerprint = 0;  ///< of title, text and fields
  std::vector<NewPassage> passages;
};

/// Where the passages of a collection are kept: a file, or a server of Elasticsearch or OpenSearch.
class PassageStore {
 public:
  PassageStore() = default;
  PassageStore(PassageStore&&) = default;
  PassageStore& operator=(PassageStore&&) = default;
  virtual ~PassageStore() = default;

  virtual const CollectionInfo& info() const = 0;
  /// @throws Error unless the embedder gives the embeddings that the collection has.
  virtual void check(const Embedder& embedder) const = 0;

  /// Finds passages: the best first, at most options.top. See find_passages().
  virtual std::vector<FoundPassage> find(const Embedder* embedder, std::string_view question,
                                         const SearchOptions& options, const Watch& watch,
                                         const std::vector<AddedTerm>& added) const = 0;
  /// For each word, the number of passages that have it.
  virtual std::vector<double> passages_with(const std::vector<std::string>& words) const = 0;

  /// The fingerprint of the document with this key, if there is one.
  virtual std::optional<std::int64_t> fingerprint(const std::string& key) const = 0;
  /// Adds documents, or puts them in the place of those with the same keys. @param rows the embeddings of all passages
  /// (N, D), empty without. @param report counts what was done
  virtual void write(std::span<const NewDocument> documents, std::span<const float> rows, IndexReport& report) = 0;
  /// The keys of documents whose source is `path`, or below it.
  virtual std::vector<std::string> keys_of(const std::string& path) const = 0;
  /// Removes documents.
  virtual void remove(std::span<const std::string> keys) = 0;
  /// Called after the last change: tidies up, and counts documents and passages again.
  virtual void finish() = 0;
};

/// The fields of a document as a JSON object.
std::string fields_json(const Document& document);

}  // namespace limn
