#include "apps/cli/output_check.h"

#include <fmt/format.h>

#include "apps/terminal/output.h"
#include "limn/error.h"
#include "store/model_lookup.h"

namespace limn::cli {

namespace fs = std::filesystem;

void refuse_inputs_as_output(const OutputOptions& output, const std::vector<std::string>& inputs,
                             const fs::path& folder) {
  if (!output.file || is_special_file(*output.file)) return;
  std::error_code ignored;
  for (const char* ending : {"", ".partial", ".partial.settings", ".partial.rows", ".settings"}) {
    const fs::path written = *output.file + ending;
    if (!fs::exists(written, ignored)) continue;
    const auto refuse_if_same = [&](const fs::path& read, const std::string& what) {
      if (!fs::equivalent(written, read, ignored)) return;  // follows links; false if there is no such file
      throw Error({.field = "output",
                   .thing = written.string(),
                   .found = what,
                   .expected = "a file that this command does not read"});
    };
    for (const auto& input : inputs) refuse_if_same(input, "a file that the command reads");
    if (folder.empty()) continue;
    for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored))
      refuse_if_same(entry->path(), "a file in the model's folder");
  }
}

fs::path find_model(const ModelOptions& model, const InputOptions& input, const OutputOptions& output) {
  fs::path folder = limn::find_model(model.model, model_folders());
  std::vector<std::string> inputs;
  for (const auto& file : {input.file, input.context_file})
    if (file && *file != "-") inputs.push_back(*file);
  refuse_inputs_as_output(output, inputs, folder);
  return folder;
}

}  // namespace limn::cli
