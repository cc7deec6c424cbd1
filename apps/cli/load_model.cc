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

}  // namespace limn::cli
