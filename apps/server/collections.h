#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "limn/collection.h"

namespace limn::server {

/// A collection that several threads search: each uses a connection of its own for as long as it needs one. Documents
/// that another process adds are found from the next search on.
class ServedCollection {
 public:
  /// @param name in requests; default: the file's, without its ending
  /// @throws Error if the file is no collection, or the embedder is another than the one that made it.
  ServedCollection(std::filesystem::path file, std::optional<Model> embedder,
                   const std::optional<std::string>& name = {});

  /// The name in requests.
  const std::string& name() const { return name_; }
  /// Whether it is on another server, so that a search may wait for the network.
  bool is_remote() const;
  /// What it contains; of one on another server, what it contained when it was opened, so that nothing waits.
  CollectionInfo info() const;

  /// Calls `use` with a connection that no other thread uses.
  template <class Use>
  auto with(const Use& use) const {
    const Borrowed borrowed(*this);
    return use(borrowed.collection);
  }

 private:
  /// Takes an idle connection, or opens one; gives it back at the end.
  struct Borrowed {
    explicit Borrowed(const ServedCollection& served);
    ~Borrowed();
    const ServedCollection& owner;
    Collection collection;
  };
  Collection take() const;

  std::filesystem::path file_;
  std::string name_;
  std::optional<Model> embedder_;
  CollectionInfo at_first_;
  mutable std::mutex mutex_;
  mutable std::vector<Collection> idle_;
};

/// Returns what /v1/models says of a collection: name, documents, passages, embedder, retrievers.
nlohmann::ordered_json collection_json(const ServedCollection& served);

}  // namespace limn::server
