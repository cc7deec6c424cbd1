#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "limn/limn.h"

namespace limn::server {

struct ServedModel {
  std::string name;  ///< what requests call it
  std::filesystem::path folder;
  Model model;
};

/// The models of one loading: requests keep the set with which they began.
struct ModelSet {
  std::vector<ServedModel> models;  ///< at least one
  std::size_t generation = 0;

  /// @throws Error that lists the models if there is none of that name.
  const ServedModel& find(const std::string& name) const;
};

/// The models that are served, which can be loaded anew while requests go on.
class Models {
 public:
  /// @param given folders or names, as for every command. @throws Error if one cannot be loaded, or two have one name.
  explicit Models(std::vector<std::string> given);

  std::shared_ptr<const ModelSet> current() const;
  /// Loads all again and exchanges them at once. @throws Error if one cannot be loaded; then nothing has changed.
  void reload();

 private:
  std::shared_ptr<const ModelSet> load(std::size_t generation) const;

  const std::vector<std::string> given_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ModelSet> current_;
};

}  // namespace limn::server
