#pragma once

#include <optional>
#include <string>
#include <vector>

#include "limn/options.h"
#include "options/option.h"

namespace limn {

/// An option that the user gave, and its value.
struct GivenOption {
  const Option* option;
  OptionValue value;
};

/// The method, preset and options that a user asked for.
struct MethodRequest {
  std::optional<ChosenMethod> like = {};  ///< the method of a saved explanation, which the other fields override
  std::optional<std::string> method = {}, preset = {};
  std::vector<GivenOption> options = {};  ///< options of methods, and `unit` and `word-score`
};

/// Returns the preset's method (or the default method), changed by every given option. The result names the preset only
/// if the method and the unit are still the preset's.
/// @param task of the model, if already known: a preset may not support it, or may have other options for it
/// @param without if not null: receives the names of options that the method does not have, otherwise an Error
/// @throws Error for an unknown name or a value that the method does not accept.
ChosenMethod choose_method(const MethodRequest& request, std::optional<Task> task = {},
                           std::vector<std::string>* without = nullptr);

}  // namespace limn
