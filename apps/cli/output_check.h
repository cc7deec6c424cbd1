#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/options.h"

namespace limn::cli {

/// @throws Error if the output, or a file beside it in which rows are collected, is one of the files that the command
/// reads. @param folder the model's; its files are among them
void refuse_inputs_as_output(const OutputOptions& output, const std::vector<std::string>& inputs,
                             const std::filesystem::path& folder = {});

/// Looks up the model. @throws Error also if the output is one of the command's inputs or a file of the model.
std::filesystem::path find_model(const ModelOptions& model, const InputOptions& input, const OutputOptions& output);

}  // namespace limn::cli
