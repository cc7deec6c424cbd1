#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limn/comparison.h"
#include "limn/limn.h"

/// Models compared by their explanations.
///
///     const limn::Comparison compare({{"qa", first}, {"squad", second}}, {{"gradient", limn::Gradient{}}});
///     for (const auto& input : compare({limn::Input{.text = "…"}}))
///       for (const auto& pair : input->correlations) …

namespace limn {

/// A model and the name that its results go by.
struct NamedModel {
  std::string name;  ///< of the column
  Model model;       ///< what explains
};

/// Models of one task by methods: every input is explained by each model with each method, and how alike they order the
/// words is measured.
class Comparison {
 public:
  /// @param options for every cell. @param seed that each result names.
  /// @throws Error if there is no model, or if the models have different tasks.
  Comparison(std::vector<NamedModel> models, std::vector<ListedMethod> methods, ExplainOptions options = {},
             std::uint64_t seed = 0);

  /// The models, in the order of the cells.
  const std::vector<NamedModel>& models() const { return models_; }
  /// The methods, in the order of the cells.
  const std::vector<ListedMethod>& methods() const { return methods_; }
  /// What is compared, in names and figures.
  const ComparisonAxes& axes() const { return axes_; }
  /// The task of all the models.
  Task task() const { return models_.front().model.info().task; }

  /// For each input its cells and how alike they are; what else is known of an input is for the caller to add.
  /// The error of an input that cannot be explained names the cell. Progress counts thousandths of the work.
  std::vector<Result<ComparedInput>> operator()(const std::vector<Input>& inputs, const Watch& watch = {}) const;

 private:
  std::vector<NamedModel> models_;
  std::vector<ListedMethod> methods_;
  ExplainOptions options_;
  std::uint64_t seed_;
  ComparisonAxes axes_;
};

}  // namespace limn
