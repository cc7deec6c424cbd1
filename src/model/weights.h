#pragma once

#include <optional>
#include <span>
#include <vector>

#include "math/activation.h"
#include "math/linear.h"
#include "math/mat.h"
#include "math/stored_view.h"
#include "model/config.h"

namespace limn {

// Letters: V vocabulary, E embedding size, C hidden size, H heads, F intermediate size, L outputs of the head, R rows
// of the relative-position table. Views point into the Checkpoint's memory; a Mat holds what is derived from the
// weights.

struct Linear {
  Weight w;                  // (out, in)
  std::span<const float> b;  // (out), or empty
};

struct Norm {
  std::span<const float> w, b;  // (C); b may be empty; both empty: the identity
  float epsilon = 0;
};

struct EmbeddingWeights {
  StoredView word;       // (V, E)
  ConstView position;    // (max positions, E), or empty
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
  // Disentangled attention: the projections, and the relative position embeddings projected by them (R, C).
  Linear position_key_projection, position_query_projection;
  Mat position_key, position_query;
};

/// The relative-position table: one bias per bucket and head (R, H), or embeddings (R, C) with their norm.
struct RelativeWeights {
  ConstView table;
  Norm norm;
};

/// A convolution with K taps, act(Σ_k x[i + k − ⌊K/2⌋] w_kᵀ + b), which is added to the first layer's output before a
/// norm.
struct ConvolutionWeights {
  std::span<const float> kernel;  // (C, C / groups, K), as in the file
  Mat w;                          // (K · C, C): one matrix (out, in) per tap
  std::span<const float> b;       // (C)
  Norm norm;
};

/// One step of a head: activation(linear(x)), then the norm if there is one. Or, without a linear layer, x / ‖x‖.
struct HeadStep {
  Linear linear;
  Activation activation = Activation::identity;
  std::optional<Norm> norm;
};

struct Head {
  std::vector<Pooling> poolings;  ///< their results are concatenated; empty: every token has its own outputs
  std::vector<HeadStep> steps;

  bool pools() const { return !poolings.empty(); }
};

struct Weights {
  EmbeddingWeights embeddings;
  std::vector<LayerWeights> layers;
  RelativeWeights relative;
  ConvolutionWeights convolution;
  Norm final_norm;  ///< of encoders with norms before the blocks
  Head head;
};

}  // namespace limn
