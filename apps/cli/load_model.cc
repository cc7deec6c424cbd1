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

}  // namespace limn::cli
