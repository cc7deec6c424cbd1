#include <algorithm>
#include <string>

#include "limn/error.h"
#include "limn/options.h"

namespace limn {

const std::vector<Preset>& presets() {
  static const std::vector<Preset> list = {
      {.name = "seed-qa",
       .source = "the 2020 gradient explanation of BERT question answering",
       .method = Gradient{},
       .pieces = {},
       .hide_special = false},
      {.name = "seed-classification",
       .source = "the 2020 gradient explanation of text classification",
       .method = Gradient{},
       .pieces = {},
       .hide_special = false},
      {.name = "neuralqa",
       .source = "NeuralQA, reader/bertreader.py",
       .method = Gradient{},
       .pieces = Pieces::mean,
       .hide_special = true},
  };
  return list;
}

const Preset& preset(std::string_view name) {
  const auto& list = presets();
  const auto found = std::find_if(list.begin(), list.end(), [&](const Preset& candidate) { return candidate.name == name; });
  if (found != list.end()) return *found;
  std::string known;
  for (const Preset& candidate : list) known += (known.empty() ? "" : ", ") + std::string(candidate.name);
  throw Error({.thing = "preset", .found = "'" + std::string(name) + "'", .expected = "one of " + known});
}

}  // namespace limn
