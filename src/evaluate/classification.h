#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "evaluate/row_input.h"
#include "limn/explanation.h"
#include "limn/scores.h"

namespace limn {

struct LabelledInput {
  Input input;
  std::size_t label = 0;  ///< index into the labels
};

/// The label that a text names, or whose index it is; nothing if there is none.
std::optional<std::size_t> find_label(std::string_view text, std::span<const std::string> labels);

/// Reads the rows of a .tsv, .csv or .jsonl file: the fields of an input (see row_input.h) and `label` (a label's
/// name or index).
/// @param labels of the model, at least two. @param warnings takes what was guessed. @throws Error that names file and
/// line of the first malformed row.
std::vector<LabelledInput> read_labelled(const std::filesystem::path& file, std::span<const std::string> labels,
                                         RowFields fields = {}, std::vector<std::string>* warnings = nullptr);

/// @param predicted one label index per row.
ClassificationScores score_labels(std::span<const LabelledInput> rows, std::span<const std::size_t> predicted,
                                  std::span<const std::string> labels);

}  // namespace limn
