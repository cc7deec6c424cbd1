#pragma once

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/server/fields.h"
#include "apps/server/models.h"
#include "apps/server/requests.h"
#include "base/attempt.h"
#include "limn/limn.h"

/// What the readers of several routes share: the model, the inputs, their limits, and the work that becomes of them.

namespace limn::server {

using Inputs = std::vector<Input>;
using Results = std::vector<Result<WorkResult>>;

/// Returns the first model that answers questions if the request, or its first input, has a question; otherwise the
/// first that does not; or else the first.
const ServedModel& fitting_model(Fields& fields, const ModelSet& models);
/// Returns the model that the request names, or else the one that fits. @throws Error if there is none of this name
const ServedModel& served_model(Fields& fields, const ModelSet& models);
/// Returns the model with this name, or else the first for the task. @throws Error if it is for another task, or there
/// is none
const ServedModel& model_for(Task task, const std::optional<std::string>& given, const ModelSet& models);

struct ReadInputs {
  std::vector<Input> inputs;
  std::string model;       ///< that reads them: requests without a name may differ in it
  bool many = false;       ///< the request has "inputs"
  bool is_lasting = true;  ///< see WorkKind
};

/// Reads the input of a request, or its "inputs". @throws Error if they do not fit the model's task
ReadInputs read_inputs(Fields& fields, const ServedModel& served, const Limits& limits);

/// Makes one piece of work per input. @param kind name of the route, such as "explain". @param body the request, whose
/// fields other than the inputs identify the group, with the model.
Request make_request(ReadInputs read, const char* kind, const nlohmann::json& body, std::size_t generation, Lane lane,
                     decltype(WorkKind::run) run);

/// Returns the number of tokens of the input. @throws Error if it exceeds the limits.
std::size_t check_tokens(const Model& model, const Input& input, const PredictOptions& options, const Limits& limits);

/// Returns one result per input: calls `work` once with all inputs that `count` accepts; the others keep their errors.
/// @param count (input) -> its number of tokens. @param work (inputs) -> one Result per input: the JSON of the answer
template <class Count, class Work>
Results results_of(const Inputs& inputs, const Count& count, const Work& work) {
  std::vector<Result<std::size_t>> tokens;
  Inputs good;
  for (const auto& input : inputs) {
    tokens.push_back(attempt([&] { return count(input); }));
    if (tokens.back()) good.push_back(input);
  }
  std::vector<Result<std::string>> answers;
  if (!good.empty()) answers = work(good);
  auto next = answers.begin();
  Results results;
  for (auto& counted : tokens) {
    if (!counted) {
      results.emplace_back(std::move(counted).error());
      continue;
    }
    results.push_back(std::move(*next++).transform(
        [&](std::string json) { return WorkResult{.json = std::move(json), .tokens = *counted}; }));
  }
  return results;
}

}  // namespace limn::server
