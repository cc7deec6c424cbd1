#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "limn/explanation.h"
#include "math/activation.h"

namespace limn {

/// The shape of an encoder, whatever the family calls it.
struct EncoderConfig {
  std::size_t layers = 0, channels = 0, heads = 0, feed_forward = 0;
  std::size_t vocabulary = 0, positions = 0, token_types = 0;  ///< token_types 0: the family has none
  Activation activation = Activation::gelu;
  float norm_epsilon = 1e-12f;
};

enum class Pooling { none, first, mean };

/// What stands on the encoder and what its outputs mean. Its layers are data: see names.h.
struct HeadConfig {
  Task task = Task::sequence_classification;
  std::vector<std::string> labels;  ///< one per output, in order; question answering: "start", "end"
  bool sigmoid = false;             ///< each output on its own (multi-label, or a single output)
  bool multi_label = false;
};

struct Config {
  std::string model_type;    ///< "bert"
  std::string architecture;  ///< "BertForQuestionAnswering"
  EncoderConfig encoder;
  HeadConfig head;
};

/// Reads FOLDER/config.json; sizes are checked for sense (positive, heads divide channels, no overflow).
/// @throws Error if the file is missing or broken, or names a family, head, activation or position type that limn does
/// not know (the message lists those it knows).
Config read_config(const std::filesystem::path& folder);

/// The same for what FOLDER/config.json holds. @param file how messages name it.
Config parse_config(const nlohmann::json& json, const std::string& file);

}  // namespace limn
