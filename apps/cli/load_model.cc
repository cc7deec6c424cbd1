#include "apps/cli/load_model.h"

#include <optional>
#include <string>

#include "apps/terminal/output.h"
#include "model/adapter.h"
#include "render/display_text.h"
#include "store/model_lookup.h"

namespace limn::cli {

Model load_model(const std::filesystem::path& folder) {
  // The base model of an adapter may be a name as well.
  const auto base = adapter_base_folder(folder) ? std::nullopt : adapter_base(folder);
  Model model = base ? Model::load(folder, find_model(*base, model_folders())) : Model::load(folder);
  for (const std::string& warning : model.info().warnings) complain("warning: " + visible(warning));
  return model;
}

void require_task(const Model& model, Task task) {
  if (model.info().task == task) return;
  throw Error({.file = model.info().name,
               .thing = "the model's task",
               .found = std::string(name(model.info().task)),
               .expected = std::string(name(task))});
}

}  // namespace limn::cli
