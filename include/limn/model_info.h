#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "limn/explanation.h"

namespace limn {

/// One checkpoint, in figures.
struct ModelInfo {
  std::string name, family, architecture;
  Task task = Task::sequence_classification;
  std::vector<std::string> labels;
  std::size_t layers = 0, hidden_size = 0, heads = 0, intermediate_size = 0, vocabulary = 0, max_positions = 0;
  std::size_t parameters = 0;
  std::vector<std::pair<std::string, std::size_t>> files;  ///< name, bytes
};

}  // namespace limn
