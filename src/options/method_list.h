#pragma once

#include <optional>
#include <string>
#include <vector>

#include "limn/comparison.h"
#include "limn/options.h"
#include "options/choose_method.h"

namespace limn {

/// The methods to compare, and their common unit: the requested one, else the first preset's, else words.
struct MethodList {
  std::vector<ListedMethod> methods;
  Unit unit = Unit::word;
};
/// Returns the methods and presets of these names, each with the given options that it has. Without names, returns the
/// method that the request asks for.
/// @param task of the models, if already known.
/// @throws Error for an unknown name, a repeated name, and an option that none of the methods has.
MethodList list_methods(const std::vector<std::string>& names, const MethodRequest& request,
                        std::optional<Task> task = {});

}  // namespace limn
