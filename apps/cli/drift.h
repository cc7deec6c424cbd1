#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apps/cli/options.h"

namespace limn::cli {

/// Saved explanations with which a model is compared.
struct DriftRequest {
  std::optional<std::string> baseline;  ///< a file of explanations
  std::optional<double> fail_above;     ///< the largest drift that is accepted
};

/// Whether a value of the option `baseline` is a file of explanations, rather than where a path starts.
bool is_explanation_file(std::string_view value);

/// Explains the inputs of the saved explanations by the model, in the same way, and writes how predictions and
/// explanations moved: the means to standard output, one JSON line for each input to output.file.
/// @return the command's exit code: 3 if the drift is above the limit
int compare_with_baseline(const std::string& model, const DriftRequest& request, const OutputOptions& output);

}  // namespace limn::cli
