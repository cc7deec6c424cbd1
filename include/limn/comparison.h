#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "limn/explanation.h"
#include "limn/options.h"

/// Several models and several methods on the same inputs: what a comparison comes to.

namespace limn {

/// A method and the name that its results go by.
struct ListedMethod {
  std::string name;     ///< of a method, a preset, or anything else
  ChosenMethod chosen;  ///< with its options
};

/// One of the models that are compared.
struct ComparedModel {
  std::string name;            ///< as the results name it
  std::size_t parameters = 0;  ///< how many numbers it has learned
  std::size_t bytes = 0;       ///< on disk
};

/// What is compared. A cell is a model with a method; cell (model, method) has the number model · methods + method.
struct ComparisonAxes {
  std::vector<ComparedModel> models;  ///< in the order of the cells
  std::vector<std::string> methods;   ///< names, in the order of the cells

  /// How many cells there are.
  std::size_t cells() const { return models.size() * methods.size(); }
  /// The number of a cell.
  std::size_t cell(std::size_t model, std::size_t method) const { return model * methods.size() + method; }
  /// "minilm-l6-qa", "gradient" or "minilm-l6-qa · gradient": only what tells it from the others. One line of text.
  std::string cell_name(std::size_t cell) const;
};

/// How alike two cells order the words of an input, or of many: then the numbers are means.
struct CellCorrelation {
  std::size_t a = 0;                    ///< a cell
  std::size_t b = 0;                    ///< a later one
  std::size_t words = 0;                ///< that were compared; in a mean, all of them
  bool magnitudes = false;              ///< |scores| were compared: only one of the two has signs
  std::optional<double> kendall = {};   ///< Kendall's tau-b; nothing where it is not defined
  std::optional<double> spearman = {};  ///< Spearman's rho; nothing where it is not defined
};

/// One input in every cell.
struct ComparedInput {
  std::optional<std::size_t> row;             ///< of a file, from 0
  std::string error;                          ///< why there are no cells; empty if there are
  std::vector<Explanation> cells;             ///< (models, methods)
  std::optional<std::string> expected;        ///< the right answer or label if it is known; empty: no answer
  std::vector<std::optional<bool>> right;     ///< each model's answer or label, if it is known
  std::vector<CellCorrelation> correlations;  ///< of each pair of cells
};

/// A whole comparison: what was compared, and every input.
struct ComparisonTable {
  ComparisonAxes axes;                ///< models and methods
  std::vector<ComparedInput> inputs;  ///< in their order
};

}  // namespace limn
