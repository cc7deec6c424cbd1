#include "apps/server/collections.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "apps/remote/collection_place.h"

namespace limn::server {

ServedCollection::ServedCollection(std::filesystem::path file, std::optional<Model> embedder,
                                   const std::optional<std::string>& name)
    : file_(std::move(file)), name_(name.value_or(file_.stem().string())), embedder_(std::move(embedder)) {
  idle_.push_back(remote::open_collection(file_.string(), embedder_));
  at_first_ = idle_.back().info();
}

bool ServedCollection::is_remote() const { return remote::is_address(file_.string()); }

CollectionInfo ServedCollection::info() const {
  if (is_remote()) return at_first_;
  return with([](const Collection& collection) { return collection.info(); });
}

ServedCollection::Borrowed::Borrowed(const ServedCollection& served) : owner(served), collection(served.take()) {}

ServedCollection::Borrowed::~Borrowed() {
  const std::lock_guard lock(owner.mutex_);
  owner.idle_.push_back(std::move(collection));
}

Collection ServedCollection::take() const {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Collection taken = std::move(idle_.back());
      idle_.pop_back();
      return taken;
    }
  }
  return remote::open_collection(file_.string(), embedder_);
}

nlohmann::ordered_json collection_json(const ServedCollection& served) {
  const CollectionInfo info = served.info();
  const bool has_embeddings = !info.embedder.empty();
  return nlohmann::ordered_json{{"name", served.name()},
                                {"documents", info.documents},
                                {"passages", info.passages},
                                {"embedder", has_embeddings ? nlohmann::ordered_json(info.embedder) : nullptr},
                                {"retrievers", has_embeddings ? nlohmann::ordered_json{"hybrid", "bm25", "dense"}
                                                              : nlohmann::ordered_json{"bm25"}}};
}

}  // namespace limn::server
