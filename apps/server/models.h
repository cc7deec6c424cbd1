#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/server/collections.h"
#include "apps/server/temporary_collections.h"
#include "limn/limn.h"

namespace limn::server {

struct ServedModel {
  std::string name;  ///< the name in requests
  std::filesystem::path folder;
  Model model;
};

/// A temporary collection that has expired, was removed, or never was.
class MissingCollection : public Error {
 public:
  MissingCollection();
};

/// The models of one load; a request keeps the set with which it began.
struct ModelSet {
  std::vector<ServedModel> models;  ///< at least one
  std::vector<std::shared_ptr<const ServedCollection>> collections;
  std::size_t generation = 0;
  std::shared_ptr<TemporaryCollections> temporary = {};  ///< of uploaded files; the same in every set

  /// @throws Error that lists the models if none has this name.
  const ServedModel& find(const std::string& name) const;
  /// Returns the collection with this name, a temporary one too, or the first without a name. @throws Error that lists
  /// the collections, but no temporary ones, if there is none; MissingCollection if a temporary one is gone
  std::shared_ptr<const ServedCollection> collection(const std::optional<std::string>& name) const;
};

/// The served models, which can be reloaded while requests are being handled.
class Models {
 public:
  /// @param given folders or names, as for every command. @param collections files that 'limn index' wrote
  /// @throws Error if a model or a collection cannot be loaded, or if two have the same name.
  explicit Models(std::vector<std::string> given, std::vector<std::string> collections = {},
                  TemporaryCollections::Options temporary = {});

  std::shared_ptr<const ModelSet> current() const;
  /// Reloads all models and replaces them in one step. @throws Error if one cannot be loaded; the old ones then stay.
  void reload();

 private:
  std::shared_ptr<const ModelSet> load(std::size_t generation) const;

  const std::vector<std::string> given_, collections_;
  const std::shared_ptr<TemporaryCollections> temporary_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ModelSet> current_;
};

}  // namespace limn::server
