#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "limn/collection.h"
#include "limn/watch.h"
#include "retrieve/database.h"
#include "retrieve/passage_store.h"
#include "retrieve/vectors.h"

namespace limn {

/// A collection in a file: its tables and what its settings say; see docs/collections.md for the schema. A name that
/// begins with "memory:" stands for a database in memory that all of this process share, until the last one closes it.
class CollectionFile : public PassageStore {
 public:
  /// Opens a collection for reading. @throws Error if it is none, is damaged, or was written by a newer limn.
  static CollectionFile open(const std::filesystem::path& file);
  /// Opens or creates one for writing. @param embedder nothing: without embeddings
  /// @throws Error also if the embedder is not the one that wrote the embeddings.
  static CollectionFile open_or_create(const std::filesystem::path& file, const Embedder* embedder);

  const Database& database() const { return *database_; }
  bool has_embeddings() const { return info_.dimensions > 0; }
  Vectors vectors() const { return {*database_, info_.dimensions}; }

  const CollectionInfo& info() const override { return info_; }
  void check(const Embedder& embedder) const override;
  std::vector<FoundPassage> find(const Embedder* embedder, std::string_view question, const SearchOptions& options,
                                 const Watch& watch, const std::vector<AddedTerm>& added) const override;
  std::vector<double> passages_with(const std::vector<std::string>& words) const override;
  std::optional<std::int64_t> fingerprint(const std::string& key) const override;
  void write(std::span<const NewDocument> documents, std::span<const float> rows, IndexReport& report) override;
  std::vector<std::string> keys_of(const std::string& path) const override;
  void remove(std::span<const std::string> keys) override;
  void finish() override;

 private:
  void count();
  void set_block(std::int64_t passage, std::int64_t block) const;
  void put(const NewDocument& made, std::span<const float> rows, IndexReport& report) const;
  void remove(std::int64_t document) const;
  CollectionFile(const std::filesystem::path& file, Database::Access access);
  void read_settings();
  void create(const Embedder* embedder);

  std::unique_ptr<Database> database_;
  CollectionInfo info_;
  std::vector<float> probe_;  // the embedding of a fixed text
};

}  // namespace limn
