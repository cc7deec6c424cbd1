#pragma once

#include <optional>
#include <span>
#include <vector>

#include "math/activation.h"
#include "math/linear.h"
#include "math/mat.h"
#include "model/config.h"

namespace limn {

// Letters: V vocabulary, E channels of word embeddings, C channels, H heads, F feed-forward, L outputs of the head,
// R rows of relative position embeddings. Views point into Checkpoint's memory; a Mat is what was made of such tensors.

struct Linear {
  Weight w;                  // (out, in)
  std::span<const float> b;  // (out), or empty
};

struct Norm {
  std::span<const float> w, b;  // (C); b may be empty; both empty: the identity
  float epsilon = 0;
};

struct EmbeddingWeights {
  ConstView word;        // (V, E)
  ConstView position;    // (positions, E), or empty
  ConstView token_type;  // (token types, E), or empty
  Norm norm;             // (E)
  Linear projection;     // (C, E), or empty
};

struct LayerWeights {
  Linear query, key, value, output;  // (C, C)
  Norm attention_norm;
  Linear up, down;  // (F, C), (C, F)
  Linear gate;      // (F, C), or empty
  Norm feed_forward_norm;
  // Disentangled attention: where the projections are, and what they make of the relative position embeddings (R, C).
  Linear position_key_projection, position_query_projection;
  Mat position_key, position_query;
};

/// Relative positions: a bias for each bucket and head (R, H), or embeddings (R, C) with their norm.
struct RelativeWeights {
  ConstView table;
  Norm norm;
};

/// What is added to the first layer's output: act(Σ_k x[i + k − ⌊K/2⌋] w_kᵀ + b), K taps wide, and then a norm.
struct ConvolutionWeights {
  std::span<const float> kernel;  // (C, C / groups, K), as it stands in the file
  Mat w;                          // (K · C, C): one matrix (out, in) a tap
  std::span<const float> b;       // (C)
  Norm norm;
};

/// One step of a head: activation(linear(x)), then the norm if there is one.
struct HeadStep {
  Linear linear;
  Activation activation = Activation::identity;
  std::optional<Norm> norm;
};

struct Head {
  Pooling pooling = Pooling::none;  ///< none: every token has its own outputs
  std::vector<HeadStep> steps;
};

struct Weights {
  EmbeddingWeights embeddings;
  std::vector<LayerWeights> layers;
  RelativeWeights relative;
  ConvolutionWeights convolution;
  Norm final_norm;  ///< of encoders whose norms stand before the blocks
  Head head;
};

}  // namespace limn
