#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "limn/explanation.h"

namespace limn {

/// The name, task and sizes of one checkpoint.
struct ModelInfo {
  std::string name;                                        ///< the folder's name
  std::string family;                                      ///< model_type of config.json
  std::string architecture;                                ///< of config.json
  Task task = Task::sequence_classification;               ///< the model's task
  std::vector<std::string> labels;                         ///< in the model's order
  OutputMeaning outputs = OutputMeaning::classes;          ///< what the numbers of a classifier mean
  std::size_t layers = 0;                                  ///< layers of the encoder
  std::size_t hidden_size = 0;                             ///< C
  std::size_t heads = 0;                                   ///< H, heads per layer
  std::size_t intermediate_size = 0;                       ///< F, size of the feed-forward blocks
  std::size_t vocabulary = 0;                              ///< V, rows of the word embeddings
  std::size_t max_positions = 0;                           ///< maximum number of tokens of an input
  std::size_t parameters = 0;                              ///< number of learned parameters
  std::vector<std::pair<std::string, std::size_t>> files;  ///< name, bytes
  std::size_t dimensions = 0;                              ///< of embeddings; 0 for other tasks
  std::vector<std::string> prompts = {};                   ///< names of an embedding model's prompts
  std::string mask_token = {};                             ///< such as "[MASK]"; empty if the tokenizer has none
  bool compares_by_dot = false;            ///< embeddings are compared by their dot product rather than by the cosine
  std::vector<std::string> warnings = {};  ///< what was inferred or contradictory in the files
};

}  // namespace limn
