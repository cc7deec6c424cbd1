#include "apps/server/models.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include <algorithm>
#include <utility>

#include "apps/remote/collection_place.h"
#include "store/model_lookup.h"

namespace limn::server {
namespace {

/// Runs a first pass, which reads the model file and builds what explanations need, so that no request waits for it.
void warm_up(const Model& model) {
  const bool is_question = model.info().task == Task::question_answering;
  const Input input = {.text = "limn", .pair = is_question ? std::optional<std::string>("limn") : std::nullopt};
  try {
    model.explain(input);
  } catch (const Error&) {  // a model that rejects this text may accept others
  }
}

/// The model that made a collection's embeddings: a served one if it has this name.
std::optional<Model> embedder_of(const std::string& file, const ModelSet& set) {
  const std::string name = remote::embedder_of(file);
  if (name.empty()) return std::nullopt;
  const auto served = std::ranges::find(set.models, name, &ServedModel::name);
  return served != set.models.end() ? served->model : Model::load(find_model(name, model_folders()));
}

}  // namespace

const ServedModel& ModelSet::find(const std::string& name) const {
  const auto found = std::ranges::find(models, name, &ServedModel::name);
  if (found != models.end()) return *found;
  std::string names;
  for (const auto& model : models) names += (names.empty() ? "" : ", ") + model.name;
  throw Error({.field = "model", .found = "'" + name + "'", .expected = names});
}

MissingCollection::MissingCollection()
    : Error({.field = "collection",
             .found = "a temporary collection that is not there (any more)",
             .expected = "one that was used within its time and not removed",
             .hint = "upload the files again"}) {}

std::shared_ptr<const ServedCollection> ModelSet::collection(const std::optional<std::string>& name) const {
  std::string names;
  for (const auto& served : collections) {
    if (!name || served->name() == *name) return served;
    names += (names.empty() ? "" : ", ") + served->name();
  }
  if (name && TemporaryCollections::is_name(*name)) {
    if (auto found = temporary->find(*name)) return found;
    throw MissingCollection();
  }
  throw Error({.field = "collection",
               .found = name ? "'" + *name + "'" : "none",
               .expected = names.empty() ? "a collection, of which this server has none" : names,
               .hint = names.empty() ? "limn serve --collection FILE" : ""});
}

Models::Models(std::vector<std::string> given, std::vector<std::string> collections,
               TemporaryCollections::Options temporary)
    : given_(std::move(given)),
      collections_(std::move(collections)),
      temporary_(std::make_shared<TemporaryCollections>(temporary)),
      current_(load(0)) {}

std::shared_ptr<const ModelSet> Models::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void Models::reload() {
  auto loaded = load(current()->generation + 1);
  const std::lock_guard lock(mutex_);
  current_ = std::move(loaded);
}

std::shared_ptr<const ModelSet> Models::load(std::size_t generation) const {
  const auto set = std::make_shared<ModelSet>();
  set->generation = generation;
  set->temporary = temporary_;
  for (const auto& given : given_) {
    const auto folder = find_model(given, model_folders());
    Model model = Model::load(folder);
    const std::string name = model.info().name;
    if (std::ranges::find(set->models, name, &ServedModel::name) != set->models.end())
      throw Error({.field = "model", .found = "two models named '" + name + "'", .expected = "distinct names"});
    warm_up(model);
    set->models.push_back({name, folder, std::move(model)});
  }
  for (const auto& file : collections_) {
    auto served = std::make_shared<const ServedCollection>(file, embedder_of(file, *set));
    if (std::ranges::any_of(set->collections, [&](const auto& other) { return other->name() == served->name(); }))
      throw Error({.field = "collection",
                   .found = "two collections named '" + served->name() + "'",
                   .expected = "distinct names"});
    set->collections.push_back(std::move(served));
  }
#if defined(__GLIBC__)
  malloc_trim(0);  // returns the memory that parsing the vocabularies took to the system
#endif
  return set;
}

}  // namespace limn::server
