#include "apps/server/models.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include <algorithm>
#include <utility>

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

}  // namespace

const ServedModel& ModelSet::find(const std::string& name) const {
  const auto found = std::ranges::find(models, name, &ServedModel::name);
  if (found != models.end()) return *found;
  std::string names;
  for (const auto& model : models) names += (names.empty() ? "" : ", ") + model.name;
  throw Error({.field = "model", .found = "'" + name + "'", .expected = names});
}

Models::Models(std::vector<std::string> given) : given_(std::move(given)), current_(load(0)) {}

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
  for (const auto& given : given_) {
    const auto folder = find_model(given, model_folders());
    Model model = Model::load(folder);
    const std::string name = model.info().name;
    if (std::ranges::find(set->models, name, &ServedModel::name) != set->models.end())
      throw Error({.field = "model", .found = "two models named '" + name + "'", .expected = "distinct names"});
    warm_up(model);
    set->models.push_back({name, folder, std::move(model)});
  }
#if defined(__GLIBC__)
  malloc_trim(0);  // returns the memory that parsing the vocabularies took to the system
#endif
  return set;
}

}  // namespace limn::server
