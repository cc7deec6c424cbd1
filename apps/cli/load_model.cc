#include "apps/cli/load_model.h"

#include <string>

#include "apps/terminal/output.h"
#include "render/display_text.h"

namespace limn::cli {

Model load_model(const std::filesystem::path& folder) {
  Model model = Model::load(folder);
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
