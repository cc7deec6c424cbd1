#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "limn/explanation.h"
#include "math/activation.h"

namespace limn {

/// How attention scores depend on the distance of two tokens.
struct RelativePositions {
  enum class Kind {
    none,
    bias,         ///< each head adds a number for each bucket of distances
    disentangled  ///< queries and keys are also multiplied by embeddings of distances (He et al. 2021)
  };
  Kind kind = Kind::none;
  std::size_t buckets = 0;  ///< of one direction; 0: every distance has its own
  std::size_t largest = 0;  ///< disentangled: distances from here on share a bucket
  bool content_to_position = false, position_to_content = false;
  bool shared_projections = false;  ///< of content and positions
  bool norm = false;                ///< of the embeddings of distances
};

/// Rotary position embeddings (Su et al. 2021): the wavelengths' base in layers that see everything and in local ones.
struct RotaryPositions {
  float global_theta = 0, local_theta = 0;  ///< 0: none
  std::size_t window = 0;                   ///< how far a token sees in local layers
  std::vector<bool> is_local;               ///< of each layer
};

struct ConvolutionConfig {
  std::size_t width = 0, groups = 1;  ///< width 0: none
  Activation activation = Activation::tanh;
};

/// The shape of an encoder, whatever the family calls it.
struct EncoderConfig {
  std::size_t layers = 0, hidden_size = 0, heads = 0, intermediate_size = 0;
  std::size_t embedding_size = 0;                                  ///< of the word embeddings
  std::size_t vocabulary = 0, max_positions = 0, token_types = 0;  ///< token_types 0: the family has none
  std::size_t layer_groups = 0;        ///< layers of one group have the same weights; 0: each has its own
  bool position_table = true;          ///< a learnt embedding of each position
  std::optional<std::size_t> padding;  ///< positions count from here + 1, and tokens of this id have this position
  bool projection = false;             ///< a linear layer from the embeddings' channels to the encoder's
  bool norm_first = false;             ///< norms before the blocks, and one at the end
  bool gated = false;                  ///< the feed-forward's hidden units are act(up x) ∘ gate x
  bool attention_bias = true, feed_forward_bias = true, norm_bias = true;
  RelativePositions relative;
  RotaryPositions rotary;
  ConvolutionConfig convolution;
  Activation activation = Activation::gelu;
  float norm_epsilon = 1e-12f;

  /// Whether the embedding block is the norm of each word embedding alone: F does not change when one is scaled.
  bool normalizes_words_alone() const { return !position_table && token_types == 0; }
};

enum class Pooling { none, first, mean, max };

/// One linear layer of a head that the config itself describes.
struct HeadLayer {
  std::string linear;  ///< ".weight" and ".bias" follow
  Activation activation = Activation::identity;
};

/// What stands on the encoder and what its outputs mean. Its layers are data: see names.h, or the config's `limn`
/// block.
struct HeadConfig {
  Task task = Task::sequence_classification;
  std::vector<std::string> labels;  ///< one per output, in order; question answering: "start", "end"
  bool sigmoid = false;             ///< each output on its own (multi-label, or a single output)
  bool multi_label = false;
  Activation activation = Activation::gelu;  ///< of steps that leave it to the config
  bool bias = true, decoder_bias = true;     ///< of steps that leave it to the config
  std::optional<Pooling> pooling = {};       ///< nothing: the family's own
  std::vector<HeadLayer> layers = {};        ///< none: the family's own
};

struct Config {
  std::string model_type;             ///< "bert"
  std::string architecture;           ///< "BertForQuestionAnswering"
  std::optional<std::string> prefix;  ///< of the encoder's tensors; nothing: the family's own
  EncoderConfig encoder;
  HeadConfig head;
};

/// Whether the checkpoint's weights have a tensor of that name.
using HasTensor = std::function<bool(const std::string& name)>;

/// Reads FOLDER/config.json; sizes are checked for sense (positive, heads divide channels, no overflow).
/// @param has_tensor what the head is told by where `architectures` is missing.
/// @throws Error if the file is missing or broken, or names a family, head, activation or position type that limn does
/// not know (the message lists those it knows).
Config read_config(const std::filesystem::path& folder, const HasTensor& has_tensor = {});

/// The same for what FOLDER/config.json holds. @param file how messages name it.
Config parse_config(const nlohmann::json& json, const std::string& file, const HasTensor& has_tensor = {});

/// @throws Error as read_config does for a folder without a config.json, or one of a family that limn does not know.
void check_config(const std::filesystem::path& folder);

}  // namespace limn
