#include "explain/automatic.h"

#include <algorithm>
#include <utility>

#include "explain/coalitions.h"
#include "explain/shapley.h"
#include "explain/units.h"

namespace limn {

std::vector<Result<std::vector<Explanation>>> explain_automatically(
    const Explainer& explainer, std::span<const Input> inputs, const ChosenMethod& chosen,
    const ExplainOptions& options, bool all_entities, const Watch& watch, std::span<Coalitions> coalitions) {
  const Unit unit = options.unit.value_or(chosen.unit.value_or(Unit::word));
  std::vector<Result<std::vector<Explanation>>> results;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Input& input = inputs[i];
    ChosenMethod method = chosen;
    method.automatic = false;
    const auto is_short = [&](const Encoding& encoding) {
      return unit_tokens(encoding, input.text, input.pair.value_or(""), unit).size() <= most_exact_units;
    };
    try {
      const auto& shapley = std::get<ShapleySampling>(chosen.method);
      const InputWindows windows(explainer.pipeline(), input, options.reading);
      bool all_short = true;
      for (std::size_t w = 0; w < windows.size() && all_short; ++w) all_short = is_short(windows[w]);
      if (!all_short)
        method.method = KernelShap{.explain = shapley.explain,
                                   .masking = shapley.masking,
                                   .normalize = shapley.normalize,
                                   .seed = shapley.seed,
                                   .sampling = KernelShap::Sampling::adaptive,
                                   .tolerance = 0.05};
    } catch (const Error& error) {
      results.emplace_back(error);
      continue;
    }
    auto explained = explain(explainer, {&input, 1}, method, options, all_entities, watch,
                             coalitions.empty() ? coalitions : coalitions.subspan(i, 1));
    if (explained.front())
      for (Explanation& why : *explained.front()) why.method.automatic = true;
    results.push_back(std::move(explained.front()));
  }
  return results;
}

}  // namespace limn
