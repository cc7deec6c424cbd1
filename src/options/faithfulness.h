#pragma once

#include <optional>
#include <string>
#include <vector>

#include "limn/faithfulness.h"
#include "options/choose_method.h"

namespace limn {

/// The methods whose faithfulness is measured, and how.
struct FaithfulnessRequest {
  std::vector<ListedMethod> methods;
  FaithfulnessOptions options;
};

/// Returns the methods and presets of these names; "all" stands for the nineteen methods that explain any text. Of the
/// given options, `masking`, `unit` and `seed` are also those of the metrics.
/// @param preset eraser, ferret (both: units token, masking remove) or naopc (units token, masking mask); its unit and
/// masking apply unless they are among the given options.
/// @param task of the model, if already known. @throws Error as list_methods(), and for an unknown preset
FaithfulnessRequest faithfulness_request(std::vector<std::string> names, const MethodRequest& given,
                                         const std::optional<std::string>& preset, std::optional<Task> task = {});

}  // namespace limn
