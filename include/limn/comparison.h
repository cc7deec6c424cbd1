#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "limn/explanation.h"
#include "limn/options.h"

/// The results of comparing several models and several methods on the same inputs.

namespace limn {

/// A method and the name under which its results are reported.
struct ListedMethod {
  std::string name;     ///< name of a method or preset, or any label
  ChosenMethod chosen;  ///< the method with its options
};

/// One of the compared models.
struct ComparedModel {
  std::string name;            ///< name used in the results
  std::size_t parameters = 0;  ///< number of learned parameters
  std::size_t bytes = 0;       ///< size on disk
};

/// The axes of a comparison. A cell is one model with one method; cell (model, method) has the index
/// model · methods + method.
struct ComparisonAxes {
  std::vector<ComparedModel> models;  ///< in the order of the cells
  std::vector<std::string> methods;   ///< method names, in the order of the cells

  /// The number of cells.
  std::size_t cells() const { return models.size() * methods.size(); }
  /// The index of a cell.
  std::size_t cell(std::size_t model, std::size_t method) const { return model * methods.size() + method; }
  /// The parts that distinguish a cell from the others, on one line: "minilm-l6-qa", "gradient" or
  /// "minilm-l6-qa · gradient".
  std::string cell_name(std::size_t cell) const;
};

/// How similarly two cells rank the words of one input, or of many inputs; in that case the correlations are means.
struct CellCorrelation {
  std::size_t a = 0;                    ///< index of a cell
  std::size_t b = 0;                    ///< index of a later cell
  std::size_t words = 0;                ///< number of words compared; for a mean, the total over the inputs
  bool magnitudes = false;              ///< |scores| were compared because only one of the two is signed
  std::optional<double> kendall = {};   ///< Kendall's tau-b; empty where it is undefined
  std::optional<double> spearman = {};  ///< Spearman's rho; empty where it is undefined
};

/// One input, explained in every cell.
struct ComparedInput {
  std::optional<std::size_t> row;             ///< row of the input file, from 0
  std::string error;                          ///< why the input has no cells; empty if it has
  std::vector<Explanation> cells;             ///< explanations (models, methods)
  std::optional<std::string> expected;        ///< the correct answer or label, if known; empty string: no answer
  std::vector<std::optional<bool>> right;     ///< whether each model is right, if known
  std::vector<CellCorrelation> correlations;  ///< one per pair of cells
};

/// A whole comparison: what was compared, and every input.
struct ComparisonTable {
  ComparisonAxes axes;                ///< models and methods
  std::vector<ComparedInput> inputs;  ///< in their order
};

}  // namespace limn
