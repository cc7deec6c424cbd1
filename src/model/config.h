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

/// How attention scores depend on the distance between two tokens.
struct RelativePositions {
  enum class Kind {
    none,
    bias,         ///< each head adds one bias per bucket of distances
    disentangled  ///< queries and keys are also multiplied by embeddings of the distance (He et al. 2021)
  };
  Kind kind = Kind::none;
  std::size_t buckets = 0;  ///< per direction; 0: one per distance
  std::size_t largest = 0;  ///< disentangled: all distances from this one on share a bucket
  bool content_to_position = false, position_to_content = false;
  bool shared_projections = false;  ///< content and positions use the same projections
  bool norm = false;                ///< the distance embeddings are normalized
};

/// Rotary position embeddings (Su et al. 2021).
struct RotaryPositions {
  float global_theta = 0, local_theta = 0;  ///< base of the wavelengths in global and local layers; 0: none
  std::size_t window = 0;                   ///< how far a token attends in each direction in local layers
  std::vector<bool> is_local;               ///< per layer
};

struct ConvolutionConfig {
  std::size_t width = 0, groups = 1;  ///< width 0: none
  Activation activation = Activation::tanh;
};

/// The sizes and structure of an encoder, independent of the names that its family uses.
struct EncoderConfig {
  std::size_t layers = 0, hidden_size = 0, heads = 0, intermediate_size = 0;
  std::size_t embedding_size = 0;                                  ///< of the word embeddings
  std::size_t vocabulary = 0, max_positions = 0, token_types = 0;  ///< token_types 0: the family has none
  std::size_t layer_groups = 0;        ///< layers of a group share their weights; 0: each layer has its own
  bool position_table = true;          ///< one learned embedding per position
  std::optional<std::size_t> padding;  ///< positions count from this + 1; tokens with this id have this position
  bool projection = false;             ///< a linear layer from the embedding size to the hidden size
  bool norm_first = false;             ///< norms before the blocks, and one after the last layer
  bool gated = false;                  ///< the feed-forward's hidden units are act(up x) ∘ gate x
  bool attention_bias = true, feed_forward_bias = true, norm_bias = true;
  RelativePositions relative;
  RotaryPositions rotary;
  ConvolutionConfig convolution;
  Activation activation = Activation::gelu;
  float norm_epsilon = 1e-12f;

  /// Whether the embedding block normalizes word embeddings and adds nothing to them: scaling one does not change F.
  bool normalizes_words_alone() const { return !position_table && token_types == 0; }
};

/// How one row is made of a sequence's rows h_1 … h_T.
enum class Pooling {
  none,              ///< not at all: every token has its own row
  first,             ///< h_1
  mean,              ///< Σ h_i / T
  max,               ///< the largest of each element
  mean_sqrt_length,  ///< Σ h_i / √T
  weighted_mean,     ///< Σ i h_i / Σ i
  last               ///< h_T
};

/// One linear layer of a head that the config describes.
struct HeadLayer {
  std::string linear;  ///< name without ".weight" and ".bias"; empty: none
  Activation activation = Activation::identity;
  std::size_t outputs = 0;   ///< of heads for sentence embeddings; otherwise labels or the hidden size
  bool bias = true;          ///< whether the linear layer has one
  bool unit_length = false;  ///< the result is divided by its Euclidean norm
};

/// The head on top of the encoder and the meaning of its outputs. Its layers are data: see names.h, or the config's
/// `limn` block.
struct HeadConfig {
  Task task = Task::sequence_classification;
  std::vector<std::string> labels;  ///< one per output, in order; question answering: "start", "end"
  OutputMeaning meaning = OutputMeaning::classes;
  Activation activation = Activation::gelu;  ///< of steps that take it from the config
  bool bias = true, decoder_bias = true;     ///< of steps that take it from the config
  std::optional<Pooling> pooling = {};       ///< nothing: the family's default
  std::vector<HeadLayer> layers = {};        ///< empty: the family's head
  std::vector<Pooling> poolings = {};        ///< sentence embeddings: their results are concatenated

  /// Whether each output has a probability of its own.
  bool has_sigmoid() const { return meaning == OutputMeaning::multi_label || meaning == OutputMeaning::single; }
};

struct Config {
  std::string model_type;             ///< "bert"
  std::string architecture;           ///< "BertForQuestionAnswering"
  std::optional<std::string> prefix;  ///< of the encoder's tensors; nothing: the family's default
  EncoderConfig encoder;
  HeadConfig head;
  std::vector<std::string> warnings;  ///< what was inferred, or contradicts itself without changing a result
};

struct SentenceModules;

/// Whether the checkpoint's weights contain a tensor with this name.
using HasTensor = std::function<bool(const std::string& name)>;
/// The first dimension of a tensor; nothing if the weights do not contain it.
using TensorRows = std::function<std::optional<std::size_t>(const std::string& name)>;

/// Reads FOLDER/config.json and validates the sizes (positive, the number of heads divides the hidden size, no
/// overflow).
/// @param has_tensor used to detect the head if `architectures` does not name one.
/// @param rows used to count the head's outputs; without it, num_labels and id2label count them.
/// @throws Error if the file is missing or invalid, or names a family, head, activation or position type that limn does
/// not support (the message lists the supported ones).
Config read_config(const std::filesystem::path& folder, const HasTensor& has_tensor = {}, const TensorRows& rows = {});

/// The same for the parsed content of a config.json. @param file the file's name in messages.
/// @param modules the head, if the encoder belongs to a sentence-transformers folder; null: the head of
/// `architectures`.
Config parse_config(const nlohmann::json& json, const std::string& file, const HasTensor& has_tensor = {},
                    const TensorRows& rows = {}, const SentenceModules* modules = nullptr);

/// Returns the content of FOLDER/config.json, whose family is supported; the rest of it is not checked.
/// @throws Error as read_config does if the folder has no config.json or its family is not supported.
nlohmann::json read_config_file(const std::filesystem::path& folder);

}  // namespace limn
