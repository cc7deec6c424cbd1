#pragma once

#include <optional>
#include <string>
#include <vector>

#include "limn/comparison.h"
#include "limn/options.h"
#include "options/choose_method.h"

namespace limn {

/// What is compared, and the unit of all: the one that is asked for, else the first preset's, else words.
struct MethodList {
  std::vector<ListedMethod> methods;
  Unit unit = Unit::word;
};
/// Methods and presets by name, each with those of the given options that it has; without names the one that the
/// options ask for.
/// @param task of the models, if they are known yet.
/// @throws Error for an unknown name, a name that stands twice, and an option that none of them has.
MethodList list_methods(const std::vector<std::string>& names, const MethodRequest& request,
                        std::optional<Task> task = {});

}  // namespace limn
