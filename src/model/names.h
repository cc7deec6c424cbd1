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
  std::string_view linear;                                      ///< ".weight" and ".bias" follow
  std::optional<Activation> activation = Activation::identity;  ///< nothing: the encoder's own
  std::string_view norm = {};                                   ///< ".weight" and ".bias" follow; empty: no norm
  std::string_view bias = {};                                   ///< another full name that the bias may have
  bool tied = false;                                            ///< the weight, if missing, is the word embeddings
};

struct HeadNames {
  Task task;
  Pooling pooling;
  std::vector<StepNames> steps;
};

/// How one family's checkpoints name each weight: `#` stands for the layer's number; ".weight" and ".bias" follow.
struct FamilyNames {
  std::string_view model_type;
  std::string_view prefix;  ///< that names may lack: files saved from the encoder alone
  std::string_view word, position, token_type, embedding_norm;
  std::string_view query, key, value, output, attention_norm;
  std::string_view up, down, feed_forward_norm;
  std::vector<HeadNames> heads;
};

/// @param model_type one that read_config accepts.
const FamilyNames& family_names(std::string_view model_type);

/// Every spelling under which a tensor may stand in a file, the likeliest first: without the family's prefix, and with
/// the older "gamma" and "beta" for a norm's weight and bias.
std::vector<std::string> spellings(const FamilyNames& names, const std::string& name);

}  // namespace limn
