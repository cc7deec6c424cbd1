#pragma once

#include <optional>
#include <string>
#include <vector>

#include "limn/options.h"
#include "options/option.h"

namespace limn {

/// An option that was given, and its value.
struct GivenOption {
  const Option* option;
  OptionValue value;
};

/// What a front end was asked for.
struct MethodRequest {
  std::optional<ChosenMethod> like = {};  ///< what the others change: the method of a saved explanation
  std::optional<std::string> method = {}, preset = {};
  std::vector<GivenOption> options = {};  ///< of methods, and `unit` and `word-score`
};

/// The preset's method (or the default one), changed by every option that was given. A preset whose method or unit is
/// no longer its own loses its name.
/// @param task of the model, if it is known yet: a preset may serve another one, or do otherwise there
/// @param without if not null: gets the names of options that this method does not have, which are an Error otherwise
/// @throws Error for an unknown name or a value that the method cannot have.
ChosenMethod choose_method(const MethodRequest& request, std::optional<Task> task = {},
                           std::vector<std::string>* without = nullptr);

}  // namespace limn
