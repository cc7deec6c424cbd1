#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "limn/collection.h"
#include "retrieve/passage_store.h"
#include "retrieve/search_server.h"

namespace limn {

/// A field and its value as one term of the index, whatever characters both have.
std::string remote_filter(const std::string& field, const std::string& value);

/// A collection on a server of Elasticsearch or OpenSearch: one index, whose documents are passages. The mapping's
/// "_meta" has what the settings of a file have; docs/collections.md describes the index.
class RemoteCollection : public PassageStore {
 public:
  /// Opens a collection. @throws Error if the index is none, or the server does not answer as it should
  static RemoteCollection open(const std::string& address, const HttpSend& send);
  /// Opens or creates one. @param embedder null: without embeddings. @throws Error also if the embedder is not the one
  /// that made the embeddings
  static RemoteCollection open_or_create(const std::string& address, const HttpSend& send, const Embedder* embedder);

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
  RemoteCollection(const std::string& address, const HttpSend& send) : server_(address, send) {}
  bool read_settings();
  void create(const Embedder* embedder);
  void count();
  void send_lines(const std::string& lines) const;
  void remove_passages(const std::string& key, std::size_t from) const;

  struct Known {
    std::optional<std::int64_t> fingerprint;  // empty: a run was killed while it wrote the document
    std::string source;
  };
  const std::map<std::string, Known>& known() const;

  SearchServer server_;
  SearchServer::Kind kind_ = SearchServer::Kind::elasticsearch;
  CollectionInfo info_;
  std::vector<float> probe_;
  mutable std::optional<std::map<std::string, Known>> known_;  // documents by key, read when it is first needed
};

}  // namespace limn
