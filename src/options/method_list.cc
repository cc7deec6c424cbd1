#include "options/method_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "limn/error.h"
#include "options/methods.h"

namespace limn {
namespace {

std::string name_of(const ChosenMethod& chosen) {
  if (chosen.automatic) return std::string(automatic_name);
  if (chosen.preset) return *chosen.preset;
  return std::string(named_method(chosen.method).name);
}

}  // namespace

MethodList list_methods(const std::vector<std::string>& names, const MethodRequest& request, std::optional<Task> task) {
  if (names.empty()) {
    const ChosenMethod chosen = choose_method(request, task);
    return {{{name_of(chosen), chosen}}, chosen.unit.value_or(Unit::word)};
  }
  std::vector<ListedMethod> listed;
  std::map<std::string, std::size_t> without;  // option → number of methods that do not have it
  for (const auto& name : names) {
    if (std::ranges::find(listed, name, &ListedMethod::name) != listed.end())
      throw Error({.field = "method", .found = "'" + name + "' twice", .expected = "each method once"});
    MethodRequest one = request;
    one.method = name;
    if (!find_method(name) && std::ranges::find(presets(), name, &Preset::name) != presets().end()) {
      one.preset = name;
      one.method.reset();
    } else if (name != automatic_name) {
      named_method(name, "a preset, auto, or one of ");
    }
    std::vector<std::string> missing;
    listed.push_back({name, choose_method(one, task, &missing)});
    for (const auto& option : missing) ++without[option];
  }
  for (const auto& [option, count] : without) {
    if (count < listed.size()) continue;
    throw option_error(option, fmt::format("method {}", fmt::join(names, ",")),
                       "at least one method that has this option");
  }
  const Unit chosen_unit = listed.front().chosen.unit.value_or(Unit::word);
  return {std::move(listed), chosen_unit};
}

}  // namespace limn
