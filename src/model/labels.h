#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/config_fields.h"

namespace limn {

/// The labels of a head's outputs from id2label, or else label2id, num_labels and the number of outputs. Outputs
/// without a name are LABEL_0, LABEL_1, …; a second output of the same name gets a number. What contradicts itself
/// without changing a number gives a warning.
/// @param outputs  of the weights; nothing: the config decides, two by default as in transformers.
/// @throws Error for labels that are lists or objects, and for numbers that are none.
std::vector<std::string> read_labels(const Fields& fields, std::optional<std::size_t> outputs,
                                     std::vector<std::string>& warnings);

/// What the outputs mean, as transformers' pipelines decide by problem_type and the number of labels, except that a
/// single output follows the activation that sentence-transformers wrote for a cross-encoder.
/// @throws Error for an unknown problem_type.
OutputMeaning output_meaning(const Fields& fields, Task task, std::size_t outputs, std::vector<std::string>& warnings);

}  // namespace limn
