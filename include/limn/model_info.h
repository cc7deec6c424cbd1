#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "limn/explanation.h"

namespace limn {

/// One checkpoint, in figures.
struct ModelInfo {
  std::string name;                                        ///< the folder's name
  std::string family;                                      ///< model_type of config.json
  std::string architecture;                                ///< of config.json
  Task task = Task::sequence_classification;               ///< the model's task
  std::vector<std::string> labels;                         ///< in the model's order
  std::size_t layers = 0;                                  ///< of the encoder
  std::size_t hidden_size = 0;                             ///< C
  std::size_t heads = 0;                                   ///< H, in each layer
  std::size_t intermediate_size = 0;                       ///< F, of the feed-forward blocks
  std::size_t vocabulary = 0;                              ///< V, rows of the word embeddings
  std::size_t max_positions = 0;                           ///< the most tokens of an input
  std::size_t parameters = 0;                              ///< how many numbers it has learned
  std::vector<std::pair<std::string, std::size_t>> files;  ///< name, bytes
};

}  // namespace limn
