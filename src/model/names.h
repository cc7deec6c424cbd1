#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limn/explanation.h"
#include "math/activation.h"
#include "model/config.h"

namespace limn {

/// One layer of a head. A step's outputs are channels; the last step's are the labels, or the vocabulary.
struct StepNames {
  enum class Bias { always, head, decoder };  ///< head, decoder: if the config's head says so

  std::string linear;                                           ///< ".weight" and ".bias" follow
  std::optional<Activation> activation = Activation::identity;  ///< nothing: the config's
  std::string norm = {};                                        ///< ".weight" and ".bias" follow; empty: no norm
  std::string bias = {};                                        ///< another full name that the bias may have
  bool tied = false;                                            ///< the weight, if missing, is the word embeddings
  Bias has_bias = Bias::always;
};

struct HeadNames {
  Task task;
  Pooling pooling;
  std::vector<StepNames> steps;
};

/// How one family's checkpoints name each weight: `#` stands for the layer's number; ".weight" and ".bias" follow.
/// Slots that a family has no use for are empty.
struct FamilyNames {
  std::string model_type;
  std::string prefix;  ///< that names may lack: files saved from the encoder alone
  std::string word, position, token_type, embedding_norm, projection = {};
  std::string query, key, value;  ///< key and value empty: all three in one tensor, one after another
  std::string output, attention_norm;
  std::string up, down, feed_forward_norm;  ///< if the feed-forward is gated, up holds the gate, too
  std::string relative = {}, relative_norm = {}, position_key = {}, position_query = {};
  std::string convolution = {}, convolution_norm = {}, final_norm = {};
  std::vector<HeadNames> heads;
};

/// @param model_type one that read_config accepts.
const FamilyNames& family_names(std::string_view model_type);

/// The same names under another prefix.
FamilyNames renamed(FamilyNames names, const std::string& prefix);

/// Every spelling under which a tensor may stand in a file, the likeliest first: without the family's prefix, and with
/// the older "gamma" and "beta" for a norm's weight and bias.
std::vector<std::string> spellings(const FamilyNames& names, const std::string& name);

}  // namespace limn
