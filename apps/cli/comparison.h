#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "limn/limn.h"
#include "render/comparison.h"

namespace limn::cli {

struct ListedMethod {
  std::string name;
  ChosenMethod chosen;
};

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

struct NamedModel {
  std::string name;
  Model model;
};

/// Models of one task by methods: what the command and the server compare.
class Comparison {
 public:
  /// @param options for every cell. @throws Error if the models have different tasks.
  Comparison(std::vector<NamedModel> models, std::vector<ListedMethod> methods, ExplainOptions options,
             std::uint64_t seed);

  const std::vector<NamedModel>& models() const { return models_; }
  const std::vector<ListedMethod>& methods() const { return methods_; }
  const ComparisonAxes& axes() const { return axes_; }
  Task task() const { return models_.front().model.info().task; }

  /// For each input its cells and how alike they are; what else is known of an input is for the caller to add.
  /// The error of an input that cannot be explained names the cell. Progress counts thousandths of the work.
  std::vector<Result<ComparedInput>> operator()(const std::vector<Input>& inputs, const Watch& watch) const;

 private:
  std::vector<NamedModel> models_;
  std::vector<ListedMethod> methods_;
  ExplainOptions options_;
  std::uint64_t seed_;
  ComparisonAxes axes_;
};

}  // namespace limn::cli
