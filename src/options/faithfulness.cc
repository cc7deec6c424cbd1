#include "options/faithfulness.h"

#include <algorithm>

#include "options/method_list.h"
#include "options/methods.h"
#include "options/names.h"

namespace limn {
namespace {

struct MetricPreset {
  std::string_view name;
  Unit unit;
  Masking masking;
};
constexpr MetricPreset metric_presets[] = {{"eraser", Unit::token, Masking::remove},
                                           {"ferret", Unit::token, Masking::remove},
                                           {"naopc", Unit::token, Masking::mask}};

const MetricPreset& metric_preset(const std::string& name) {
  const auto found = std::ranges::find(metric_presets, name, &MetricPreset::name);
  if (found == std::end(metric_presets)) throw option_error("preset", "'" + name + "'", "eraser, ferret, naopc");
  return *found;
}

/// Takes the value of an option out of the request. @return nothing if it was not given
std::optional<std::string> take_choice(MethodRequest& request, std::string_view name) {
  std::optional<std::string> value;
  std::erase_if(request.options, [&](const GivenOption& given) {
    if (given.option->name != name) return false;
    value = std::get<std::string>(checked(*given.option, given.value));
    return true;
  });
  return value;
}

}  // namespace

FaithfulnessRequest faithfulness_request(std::vector<std::string> names, const MethodRequest& given,
                                         const std::optional<std::string>& preset, std::optional<Task> task) {
  MethodRequest request = given;
  request.method.reset();
  request.preset.reset();
  FaithfulnessRequest result;
  if (preset) {
    result.options.explaining.unit = metric_preset(*preset).unit;
    result.options.masking = metric_preset(*preset).masking;
  }
  const auto masking = take_choice(request, "masking"), unit = take_choice(request, "unit");
  if (masking) result.options.masking = *find_value<Masking>(*masking);
  if (unit) result.options.explaining.unit = *find_value<Unit>(*unit);
  if (names.size() == 1 && names.front() == "all") {
    names.clear();
    for (const NamedMethod& known : methods()) names.emplace_back(known.name);
  }
  MethodList list = list_methods(names, request, task);
  if (!result.options.explaining.unit) result.options.explaining.unit = list.unit;
  for (ListedMethod& method : list.methods) {
    const bool is_preset = method.chosen.preset && !masking;
    if (!is_preset) set(option("masking"), method.chosen.method, std::string(name_of(result.options.masking)));
    if (method.chosen.seed) result.options.seed = *method.chosen.seed;
  }
  result.methods = std::move(list.methods);
  return result;
}

}  // namespace limn
