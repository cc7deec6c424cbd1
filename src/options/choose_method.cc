#include "options/choose_method.h"

#include <fmt/format.h>

#include "options/methods.h"
#include "options/presets.h"

namespace limn {
namespace {

/// Sets an option that presets set besides their method's. @return whether the option is one of these
bool set_preset_option(const Option& option, const OptionValue& value, ChosenMethod& chosen) {
  ExplainOptions options;
  if (option.name == "unit" && set(option, options, value))
    chosen.unit = options.unit;
  else if (option.name == "word-score" && set(option, options, value))
    chosen.word_score = options.word_score;
  else if (option.name == "seed")
    chosen.seed = std::get<std::uint64_t>(checked(option, value));
  else
    return false;
  return true;
}

}  // namespace

ChosenMethod choose_method(const MethodRequest& request, std::optional<Task> task, std::vector<std::string>* without) {
  ChosenMethod chosen = request.like.value_or(ChosenMethod());
  if (request.preset) chosen = preset(*request.preset, task);
  if (request.method == automatic_name) {
    if (request.preset || request.like)
      throw option_error("method", "auto with a preset", "auto, or a preset", "auto chooses the method");
    chosen = automatic_method();
  } else if (request.method) {
    const Method& named = named_method(*request.method).method;
    const bool is_named = !request.preset && !request.like;
    if (is_named || named.index() != chosen.method.index()) chosen.method = named;
  }
  for (const auto& [option, value] : request.options) {
    const bool taken = set(*option, chosen.method, value);
    if (set_preset_option(*option, value, chosen) || taken || option->for_every_method) continue;
    if (without) {
      without->push_back(std::string(option->name));
      continue;
    }
    throw option_error(
        option->name,
        request.preset && !request.method
            ? "preset " + *request.preset
            : fmt::format("method {}", request.method.value_or(std::string(named_method(chosen.method).name))),
        "a method that has this option");
  }
  if (chosen.preset && !is_preset(*chosen.preset, chosen.method, chosen.unit)) chosen.preset.reset();
  return chosen;
}

}  // namespace limn
