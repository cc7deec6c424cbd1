#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "limn/collection.h"
#include "limn/watch.h"
#include "retrieve/database.h"
#include "retrieve/vectors.h"

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
};

/// The tables of a collection and what its settings say; see docs/collections.md for the schema.
class CollectionFile {
 public:
  /// Opens a collection for reading. @throws Error if it is none, is damaged, or was written by a newer limn.
  static CollectionFile open(const std::filesystem::path& file);
  /// Opens or creates one for writing. @param embedder nothing: without embeddings
  /// @throws Error also if the embedder is not the one that wrote the embeddings.
  static CollectionFile open_or_create(const std::filesystem::path& file, const Embedder* embedder);

  const Database& database() const { return *database_; }
  const CollectionInfo& info() const { return info_; }
  bool has_embeddings() const { return info_.dimensions > 0; }
  Vectors vectors() const { return {*database_, info_.dimensions}; }
  /// Reads the numbers of documents and passages again.
  void count();
  /// @throws Error unless the embedder gives the embeddings that the collection has.
  void check(const Embedder& embedder) const;

 private:
  CollectionFile(const std::filesystem::path& file, Database::Access access);
  void read_settings();
  void create(const Embedder* embedder);

  std::unique_ptr<Database> database_;
  CollectionInfo info_;
  std::vector<float> probe_;  // the embedding of a fixed text
};

}  // namespace limn
