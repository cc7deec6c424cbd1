#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limn/explanation.h"
#include "math/activation.h"
#include "model/config.h"

namespace limn {

/// One layer of a head. Its outputs are hidden units; those of the last step are the labels, or the vocabulary.
struct StepNames {
  enum class Bias { always, head, decoder };  ///< head, decoder: if HeadConfig::bias or decoder_bias is set

  std::string linear;                                           ///< name without ".weight" and ".bias"
  std::optional<Activation> activation = Activation::identity;  ///< nothing: the config's
  std::string norm = {};                                        ///< name without ".weight" and ".bias"; empty: no norm
  std::string bias = {};                                        ///< an alternative full name of the bias
  bool tied = false;                                            ///< uses the word embeddings if it has no weight
  Bias has_bias = Bias::always;
};

struct HeadNames {
  Task task;
  Pooling pooling;
  std::vector<StepNames> steps;
};

/// The names of the weights in one family's checkpoints, without ".weight" and ".bias"; `#` stands for the layer's
/// number. The names of weights that a family does not have are empty.
struct FamilyNames {
  std::string model_type;
  std::string prefix;  ///< missing in files that were saved from the encoder without its head
  std::string word, position, token_type, embedding_norm, projection = {};
  std::string query, key, value;  ///< key and value empty: `query` names one tensor of all three, concatenated
  std::string output, attention_norm;
  std::string up, down, feed_forward_norm;  ///< if the feed-forward is gated, `up` also contains the gate
  std::string relative = {}, relative_norm = {}, position_key = {}, position_query = {};
  std::string convolution = {}, convolution_norm = {}, final_norm = {};
  std::vector<HeadNames> heads;
};

/// @param model_type one that read_config accepts.
const FamilyNames& family_names(std::string_view model_type);

/// The same names with another prefix.
FamilyNames renamed(FamilyNames names, const std::string& prefix);

/// All names that a tensor may have in a file, the most likely first: with and without the family's prefix, and with
/// the older "gamma" and "beta" for a norm's weight and bias.
std::vector<std::string> spellings(const FamilyNames& names, const std::string& name);

}  // namespace limn
